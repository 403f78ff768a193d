import type { PeerId } from "../../../primitives/index.js";
import type { Index, IndexRange } from "../../positions.js";
import type { LogEntry } from "../../storage/storage.js";
import type { ProviderContext, SyncProvider } from "../sync.js";
import type { LogReplayConfig } from "./config.js";
import type { LogReplayMessage } from "./protocol.js";

/** Two of them go together if they fit: the first is often there only to be compared. */
const PAIR_MAX_BYTES = 32 * 1024 * 1024;
/** What an answer has beside two commands, in bytes. */
const PAIR_OVERHEAD_BYTES = 128;
/** The commands of one answer, unless it is a single one: what the leader sent in one frame goes into one frame again. */
export const ANSWER_MAX_BYTES = 1024 * 1024;

/** Serves members that are behind with what this one has committed; with its whole log as long as it leads (spec 05 §7.4, §19 C3-C5). */
export class LogReplayProvider implements SyncProvider<LogReplayMessage> {
  readonly #config: LogReplayConfig;
  readonly #context: ProviderContext<LogReplayMessage>;
  readonly #pairMaxBytes: number;

  constructor(config: LogReplayConfig, context: ProviderContext<LogReplayMessage>) {
    this.#config = config;
    this.#context = context;
    this.#pairMaxBytes = Math.min(PAIR_MAX_BYTES, context.messageMaxBytes - PAIR_OVERHEAD_BYTES);
  }

  receive(message: LogReplayMessage, from: PeerId): boolean {
    switch (message.kind) {
      case "availabilityRequest":
        this.#advertise(from);
        return true;
      case "fetchEntriesRequest":
        this.#serve(message.value, from);
        return true;
      default:
        return false;
    }
  }

  #advertise(to: PeerId): void {
    this.#context.send(to, { kind: "availabilityResponse", value: this.#available() });
  }

  #serve({ start, end }: IndexRange, to: PeerId): void {
    if (start > end) return;
    const held = this.#held();
    const last = Math.min(end, held.end, start + this.#config.batchSize - 1);
    const entries = start > held.start ? this.#read(start, last) : [];
    // A Rust session is stuck for good with an answer that is empty or begins elsewhere than it asked; with what we have it asks anew.
    if (entries.length === 0) return this.#advertise(to);
    const range = { start, end: start + entries.length - 1 };
    this.#context.send(to, { kind: "fetchEntriesResponse", value: { range, entries } });
  }

  #read(start: Index, last: Index): LogEntry[] {
    const entries: LogEntry[] = [];
    for (let index = start, bytes = 0; index <= last; index++) {
      const entry = this.#context.log.get(index);
      if (entry === undefined) break;
      bytes += entry.command.length;
      if (bytes > (entries.length === 1 ? this.#pairMaxBytes : ANSWER_MAX_BYTES) && entries.length > 0) break;
      entries.push(entry);
    }
    return entries;
  }

  /** What others may yet contradict is for the leader alone to give. */
  #available(): IndexRange {
    const { log, committed, isLeader } = this.#context;
    const { start, end } = log.available();
    return { start, end: isLeader ? end : Math.max(start, Math.min(committed.index, end)) };
  }

  /** Where nobody leads all of it is given to whoever asks: the next leader needs it to be elected. */
  #held(): IndexRange {
    const { log, leader } = this.#context;
    return leader === undefined ? log.available() : this.#available();
  }
}
