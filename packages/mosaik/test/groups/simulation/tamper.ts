import type { GroupMessage } from "../../../src/groups/protocol.js";
import type { LogReplayMessage } from "../../../src/groups/sync/log-replay/protocol.js";
import type { Random } from "../../../src/runtime/index.js";

type Extra = readonly (readonly [GroupMessage, delayMs: number])[];

const NOTHING: Extra = [];

/**
 * What arrives beside a message: the same again, at once or when others have overtaken it; of the state sync also answers that are
 * short, empty, or were never asked for. What they say is true. Commands and queries come once: they are not told from others like them.
 */
export function tamper(message: GroupMessage, random: Random): Extra {
  switch (message.kind) {
    case "stateSync":
      return random.unit() < 0.7 ? NOTHING : tamperSync(message.message as LogReplayMessage, random);
    case "command":
    case "query":
      return NOTHING;
    default:
      return random.unit() < 0.95 ? NOTHING : [[message, lateMs(random)]];
  }
}

function lateMs(random: Random): number {
  return [0, 20, 400][Math.floor(3 * random.unit())]! * random.unit();
}

function tamperSync(sync: LogReplayMessage, random: Random): Extra {
  const delayMs = lateMs(random);
  const extra = (what: LogReplayMessage): Extra => [[{ kind: "stateSync", message: what }, delayMs]];
  if (sync.kind !== "fetchEntriesResponse") return extra(sync);
  const { range: held, entries } = sync.value;
  switch (Math.floor(4 * random.unit())) {
    case 0:
      return extra(sync);
    case 1:
      return extra({ kind: "fetchEntriesResponse", value: { range: { start: 0, end: 0 }, entries: [] } });
    case 2: {
      const skipped = Math.floor(entries.length / 2);
      const range = { start: held.start + skipped, end: held.end };
      return extra({ kind: "fetchEntriesResponse", value: { range, entries: entries.slice(skipped) } });
    }
    default: {
      const kept = Math.max(1, Math.floor(entries.length / 2));
      const range = { start: held.start, end: held.start + kept - 1 };
      return extra({ kind: "fetchEntriesResponse", value: { range, entries: entries.slice(0, kept) } });
    }
  }
}
