import type { ApplyContext, LeadershipPreference } from "../../../src/groups/machine/machine.js";
import { compareCursors, type Cursor } from "../../../src/groups/positions.js";
import type { RaftInput, RaftOutput } from "../../../src/groups/raft/io.js";
import type { AppendEntries, RaftMessage } from "../../../src/groups/raft/messages.js";
import type { LogEntry } from "../../../src/groups/storage/storage.js";
import { MemoryLog } from "../../../src/groups/storage/memory.js";
import type { StateSync } from "../../../src/groups/sync/sync.js";
import type { PeerId } from "../../../src/primitives/index.js";
import type { ViolationKind } from "../simulation/violations.js";
import { OrderMachine } from "../simulation/order-machine.js";
import { ourParts, type MemberCore as Core, type MemberParts } from "../simulation/parts.js";

/** A member with one mistake. */
export interface PlantedBug {
  readonly name: string;
  readonly parts: MemberParts;
  /** How it must be found, where other ways would not count. */
  readonly as?: ViolationKind;
}

interface Mutation {
  /** What the core is told instead; nothing for not at all. */
  readonly input?: (input: RaftInput, core: Core) => RaftInput | undefined;
  /** What it seems to want. */
  readonly outputs?: (outputs: readonly RaftOutput[], input: RaftInput, core: Core) => readonly RaftOutput[];
  /** What it is told besides, as if it had come from others. */
  readonly besides?: (outputs: readonly RaftOutput[], bonds: ReadonlySet<PeerId>, core: Core) => readonly RaftInput[];
}

/** A core that hears, says or believes something else than it should. */
function mutated(mutation: Mutation): MemberParts {
  return { ...ourParts, core: (options) => mutate(ourParts.core(options), mutation) };
}

export function mutate(core: Core, { input: mutateInput, outputs: mutateOutputs, besides }: Mutation): Core {
  const bonds = new Set<PeerId>();
  const step = (input: RaftInput, nowMs: number): readonly RaftOutput[] => {
    if (input.kind === "bonded") bonds.add(input.peer);
    else if (input.kind === "unbonded") bonds.delete(input.peer);
    const told = mutateInput === undefined ? input : mutateInput(input, core);
    if (told === undefined) return [];
    const outputs = [...core.step(told, nowMs)];
    for (const more of besides?.(outputs, bonds, core) ?? []) outputs.push(...core.step(more, nowMs));
    return mutateOutputs?.(outputs, input, core) ?? outputs;
  };
  return new Proxy(core, {
    get: (target, key) => {
      if (key === "step") return step;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Changes the messages that a core sends. */
function sending(change: (message: RaftMessage, input: RaftInput) => RaftMessage): MemberParts {
  return mutated({
    outputs: (outputs, input) =>
      outputs.map((output) =>
        output.kind === "send" || output.kind === "broadcast"
          ? { ...output, message: change(output.message, input) }
          : output,
      ),
  });
}

/** Changes the entries that a core is sent. */
function hearing(change: (message: AppendEntries, core: Core) => AppendEntries): MemberParts {
  return mutated({
    input: (input, core) =>
      input.kind === "message" && input.message.kind === "appendEntries"
        ? { ...input, message: change(input.message, core) }
        : input,
  });
}

function without(kind: RaftOutput["kind"]): MemberParts {
  return mutated({ outputs: (outputs) => outputs.filter((output) => output.kind !== kind) });
}

function withMachine(make: new (sync: StateSync, preference: LeadershipPreference) => OrderMachine): MemberParts {
  return { ...ourParts, machine: (sync, preference) => new make(sync, preference) };
}

/** Changes what a session appends. */
function appending(change: (entries: readonly LogEntry[]) => readonly LogEntry[]): MemberParts {
  const sync = (): StateSync => {
    const inner = ourParts.sync();
    return {
      signature: inner.signature,
      message: inner.message,
      provider: (context) => inner.provider(context),
      session: (context, gap) => {
        const append = (entries: readonly LogEntry[]): void => context.append(change(entries));
        const changed = new Proxy(context, {
          get: (target, key) => {
            if (key === "append") return append;
            const value: unknown = Reflect.get(target, key, target);
            return typeof value === "function" ? (value.bind(target) as unknown) : value;
          },
        });
        return inner.session(changed, gap);
      },
    };
  };
  return { ...ourParts, sync };
}

class BackwardsMachine extends OrderMachine {
  override apply(commands: readonly number[], context: ApplyContext): void {
    super.apply([...commands].reverse(), context);
  }
}

class SkippingMachine extends OrderMachine {
  override apply(commands: readonly number[], context: ApplyContext): void {
    super.apply(commands.length > 3 ? commands.slice(1) : commands, context);
  }
}

class UnforgettingMachine extends OrderMachine {
  override reset(): void {}
}

class StickyLog extends MemoryLog {
  override truncate(): void {}
}

class LooseLog extends MemoryLog {
  /** One more than it should. */
  override truncate(at: number): void {
    super.truncate(at - 1);
  }
}

const denied = (message: RaftMessage): boolean => message.kind === "requestVoteResponse" && message.vote === "denied";
const granted = (message: RaftMessage): RaftMessage => ({ ...message, vote: "granted" }) as RaftMessage;
const abstained = (message: RaftMessage): boolean =>
  message.kind === "requestVoteResponse" && message.vote === "abstained";

/** Grants what was denied to a candidate whose log ends where that of the voter does: the vote was given away. */
function forgetful(output: RaftOutput, input: RaftInput, last: Cursor): RaftOutput {
  const isRequest = input.kind === "message" && input.message.kind === "requestVote";
  if (!isRequest || output.kind !== "send" || !denied(output.message)) return output;
  const { position } = input.message;
  return compareCursors(position, last) === 0 ? { ...output, message: granted(output.message) } : output;
}

export const bugs: readonly PlantedBug[] = [
  {
    name: "commits without a quorum",
    parts: mutated({
      besides: (outputs, bonds, core) =>
        outputs.flatMap((output): RaftInput[] => {
          if (output.kind !== "broadcast" || output.message.kind !== "appendEntries") return [];
          const { term, prev, entries } = output.message;
          if (core.role !== "leader" || entries.length === 0) return [];
          const message: RaftMessage = {
            kind: "appendEntriesResponse",
            term,
            lastIndex: prev.index + entries.length,
            vote: "granted",
          };
          return [...bonds].map((from) => ({ kind: "message", from, message }));
        }),
    }),
  },
  {
    name: "ignores that the fingerprint is another",
    parts: hearing((message) => ({ ...message, fingerprint: undefined })),
  },
  {
    name: "a session appends a chunk twice",
    parts: appending((entries) => [...entries, ...entries]),
  },
  {
    name: "forgets for whom it voted",
    as: "votedTwice",
    parts: {
      ...ourParts,
      core: (options) =>
        mutate(ourParts.core(options), {
          outputs: (outputs, input) => outputs.map((output) => forgetful(output, input, options.log.last())),
        }),
    },
  },
  {
    name: "grants its vote to whoever asks",
    parts: sending((message) => (denied(message) ? granted(message) : message)),
  },
  {
    name: "grants its vote though it is behind",
    parts: sending((message) => (abstained(message) ? granted(message) : message)),
  },
  {
    name: "leads without a quorum",
    parts: mutated({
      besides: (outputs, bonds) =>
        outputs.flatMap((output): RaftInput[] => {
          if (output.kind !== "broadcast" || output.message.kind !== "requestVote") return [];
          const message: RaftMessage = { kind: "requestVoteResponse", term: output.message.term, vote: "granted" };
          return [...bonds].map((from) => ({ kind: "message", from, message }));
        }),
    }),
  },
  { name: "forgets to truncate", parts: { ...ourParts, log: () => new StickyLog() } },
  { name: "truncates one entry too many", parts: { ...ourParts, log: () => new LooseLog() } },
  {
    name: "acknowledges before it has appended",
    parts: mutated({
      outputs: (outputs, input, core) => {
        if (input.kind !== "message" || input.message.kind !== "appendEntries" || core.role !== "follower")
          return outputs;
        const { term, prev, entries } = input.message;
        if (entries.length === 0 || term !== core.term) return outputs;
        const lastIndex = prev.index + entries.length;
        const message: RaftMessage = { kind: "appendEntriesResponse", term, lastIndex, vote: "granted" };
        return [{ kind: "send", to: input.from, message }, ...outputs];
      },
    }),
  },
  { name: "applies out of order", parts: withMachine(BackwardsMachine) },
  { name: "skips an entry", parts: withMachine(SkippingMachine) },
  { name: "a machine that was to begin anew does not", parts: withMachine(UnforgettingMachine) },
  {
    name: "a session puts a chunk in the wrong place",
    parts: appending((entries) => (entries.length > 1 ? [...entries.slice(1), entries[0]!] : entries)),
  },
  {
    name: "a deposed leader goes on",
    parts: mutated({
      input: (input, core) => {
        if (core.role !== "leader" || input.kind !== "message" || !("term" in input.message)) return input;
        return input.message.term > core.term ? undefined : input;
      },
    }),
  },
  {
    name: "commits what the leader has not",
    parts: hearing((message) => ({ ...message, leaderCommit: message.leaderCommit + 3 })),
  },
  {
    name: "appends wherever its log ends",
    parts: hearing((message, core) => ({
      ...message,
      prev: message.entries.length > 0 && core.isOnline ? message.prev : { ...message.prev, term: message.prev.term },
      entries: message.entries.length > 1 ? message.entries.slice(1) : message.entries,
    })),
  },
  { name: "reverts without a word", parts: without("reverted") },
  { name: "does not begin anew though it has diverged", parts: without("diverged") },
  {
    name: "says that commands have places which they have not",
    parts: mutated({
      outputs: (outputs) =>
        outputs.map((output) =>
          output.kind === "assigned"
            ? { ...output, range: { start: output.range.start + 1, end: output.range.end + 1 } }
            : output,
        ),
    }),
  },
  {
    name: "never answers what it has forwarded",
    parts: without("rejected"),
  },
  {
    name: "answers strong queries itself though another leads",
    as: "answeredBackwards",
    parts: mutated({
      outputs: (outputs, input) =>
        outputs.map((output) => {
          const isForwarded = input.kind === "query" && output.kind === "send" && output.message.kind === "query";
          if (!isForwarded) return output;
          const { id, query } = input;
          return { kind: "answerQuery", origin: { kind: "local", id }, query };
        }),
    }),
  },
  {
    name: "says that its answers are newer than they are",
    parts: mutated({
      input: (input) => (input.kind === "answered" ? { ...input, position: input.position + 1 } : input),
    }),
  },
];
