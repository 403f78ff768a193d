import type { Codec } from "@mosaik/postcard";
import type { CancelTimer, Runtime } from "../runtime/index.js";
import type { MachineHost } from "./apply.js";
import { GroupError } from "./errors.js";
import type { StateMachine } from "./machine/machine.js";
import type { Index, IndexRange, Term } from "./positions.js";
import { Proposals, UNHEARD, type ProposedUntil } from "./proposals.js";
import { ENTRIES_MAX } from "./protocol.js";
import { Queries } from "./queries.js";
import type { RaftInput, RaftOutput } from "./raft/io.js";
import type { LogStorage } from "./storage/storage.js";
import { Turn } from "./turn.js";
import type { WaitOptions } from "./wait.js";

/** What a frame has beside its commands, and beside each of them, at most, in bytes. */
const FRAME_OVERHEAD_BYTES = 1024;
const COMMAND_OVERHEAD_BYTES = 16;

export interface RequestsContext {
  readonly runtime: Pick<Runtime, "after" | "soon">;
  readonly machine: Pick<StateMachine, "command" | "query" | "result" | "admission">;
  readonly host: Pick<MachineHost, "query" | "committed">;
  readonly log: Pick<LogStorage, "get">;
  readonly frameLimitBytes: number;
  /** How long commands of an earlier term may stay uncommitted in the present one, in ms. */
  readonly leftBehindMs: number;
  /** Takes in what the program asked for in one turn. */
  readonly submit: (inputs: readonly RaftInput[]) => void;
}

/** An answer, and how much the machine that gave it had applied. */
export interface QueryResult<R = unknown> {
  /** What the machine answered. */
  readonly result: R;
  /** How many commands that machine had applied. */
  readonly position: Index;
}

/** What the program asks a group for, from the encoding to the answer (spec 05 §10). */
export class Requests {
  readonly #context: RequestsContext;
  readonly #turn: Turn;
  readonly #proposals: Proposals;
  readonly #queries: Queries;
  #cancelTimer: CancelTimer | undefined;
  #ended: GroupError | undefined;

  constructor(context: RequestsContext) {
    const { runtime, log, machine, submit } = context;
    this.#context = context;
    this.#turn = new Turn(runtime, (inputs) =>
      submit(inputs.map((input) => this.#stillWanted(input)).filter((input) => input !== undefined)),
    );
    this.#proposals = new Proposals(runtime, log, machine.admission?.refusal);
    this.#queries = new Queries(runtime);
  }

  /**
   * Puts commands into the log of the group.
   *
   * @throws GroupError `noCommands`, `encoding`, `invalidOption`, or why the group has ended; by its promise also `notSent`,
   * `outcomeUnknown`, `superseded`, `refused`, `timeout`, and the signal's reason
   */
  propose(commands: readonly unknown[], until: ProposedUntil, options: WaitOptions): Promise<IndexRange> {
    this.#requireOpen({ commands });
    if (commands.length === 0) throw new GroupError("noCommands", "there are no commands");
    const encoded = this.#encodeCommands(commands);
    const { id, range } = this.#proposals.add({ commands, encoded }, until, options);
    this.#turn.propose({ id, commands: encoded });
    return range;
  }

  /** Puts a command into the log that nobody waits for. */
  feed(command: Uint8Array): void {
    this.#turn.propose({ id: UNHEARD, commands: [command] });
  }

  /** Asks this node's machine. @throws GroupError `queryFailed`, or why the group has ended */
  queryHere(query: unknown): QueryResult {
    this.#requireOpen({ query });
    const { host } = this.#context;
    return { result: host.query(query), position: host.committed.index };
  }

  /**
   * Asks the leader's machine.
   *
   * @throws GroupError `encoding`, `invalidOption`, `notSent`, `outcomeUnknown`, `queryFailed`, `decoding`, `timeout`, or why the group
   * has ended; the signal's reason
   */
  async queryLeader(query: unknown, options: WaitOptions): Promise<QueryResult> {
    this.#requireOpen({ query });
    const { machine } = this.#context;
    const encoded = encode(machine.query, query, "the query", { query });
    if (encoded.length > this.#roomBytes)
      throw new GroupError("encoding", "the query is over the frame limit", { query });
    const { id, answer } = this.#queries.add(query, options);
    this.#turn.query(id, encoded);
    const { result, position } = await answer;
    try {
      return { result: machine.result.decode(result), position };
    } catch (cause) {
      throw new GroupError("decoding", "the leader's answer does not decode", { query, cause });
    }
  }

  /** What the core says of requests. */
  settle(output: Extract<RaftOutput, { kind: "assigned" | "rejected" | "queryResult" | "queryFailed" }>): void {
    switch (output.kind) {
      case "assigned":
        return this.#proposals.assigned(output.proposal, output.range, output.term);
      case "rejected":
        return this.#proposals.rejected(output.proposal, output.outcome);
      case "queryResult":
        return this.#queries.answered(output.id, output);
      case "queryFailed":
        return this.#queries.failed(output.id, output.outcome);
    }
  }

  /** The machine of this node, which leads, has no answer to a query. */
  unanswered(id: number): void {
    this.#queries.unanswered(id);
  }

  /** Everything up to `index` is committed, applied, and in the log if it ever was. */
  committed(index: Index): void {
    this.#proposals.committed(index);
  }

  /**
   * The group goes on in `term`. What earlier leaders left behind is committed with the next command at the latest, which may never come:
   * nobody is left waiting for it.
   */
  termIs(term: Term): void {
    this.#giveUpOlderThan(term);
  }

  /** Nobody leads in `term`, and perhaps nobody will for long: it is given up in time what its leader left behind. */
  quorumIsLost(term: Term): void {
    if (this.#cancelTimer === undefined) this.#giveUpOlderThan(term + 1);
  }

  #giveUpOlderThan(term: Term): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (!this.#proposals.hasOlderThan(term)) return;
    const { runtime, leftBehindMs } = this.#context;
    this.#cancelTimer = runtime.after(leftBehindMs, () => {
      this.#cancelTimer = undefined;
      this.#proposals.giveUpOlderThan(term);
    });
  }

  /** The log begins anew. */
  reset(): void {
    this.#proposals.reset();
  }

  /** The group has ended: all fail for that reason. */
  failAll(reason: GroupError): void {
    this.#ended = reason;
    this.#cancelTimer?.();
    this.#proposals.failAll(reason);
    this.#queries.failAll(reason);
  }

  #requireOpen(details: { commands?: readonly unknown[]; query?: unknown }): void {
    if (this.#ended === undefined) return;
    const { code, message, cause } = this.#ended;
    throw new GroupError(code, message, { ...details, cause });
  }

  get #roomBytes(): number {
    return this.#context.frameLimitBytes - FRAME_OVERHEAD_BYTES;
  }

  #encodeCommands(commands: readonly unknown[]): Uint8Array[] {
    let bytes = 0;
    const encoded = commands.map((command) => {
      const one = encode(this.#context.machine.command, command, "a command", { commands });
      bytes += one.length + COMMAND_OVERHEAD_BYTES;
      return one;
    });
    if (bytes <= this.#roomBytes && encoded.length <= ENTRIES_MAX) return encoded;
    const message = `${encoded.length} commands with ${bytes} bytes do not go into one frame`;
    throw new GroupError("encoding", message, { commands });
  }

  /** What was given up before the turn was over is not sent. */
  #stillWanted(input: RaftInput): RaftInput | undefined {
    if (input.kind === "query") return this.#queries.has(input.id) ? input : undefined;
    if (input.kind !== "propose") return input;
    const proposals = input.proposals.filter(({ id }) => this.#proposals.isWanted(id));
    return proposals.length === 0 ? undefined : { kind: "propose", proposals };
  }
}

function encode<T>(
  codec: Codec<T>,
  value: T,
  what: string,
  details: { commands?: readonly unknown[]; query?: unknown },
) {
  try {
    return codec.encode(value);
  } catch (cause) {
    throw new GroupError("encoding", `${what} cannot be encoded`, { ...details, cause });
  }
}
