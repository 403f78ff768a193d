import type { PeerId } from "../../primitives/index.js";
import type { Term } from "../positions.js";
import type { FailedOutcome, Proposal } from "./io.js";
import type { CommandAck, QueryResponse } from "./messages.js";
import { PendingRequests } from "./pending-requests.js";
import type { RaftState } from "./state.js";

/** What a follower has given to its leader and waits for (spec 05 §6.8). */
export class Forwards {
  readonly #state: RaftState;
  /** Proposals that went in one message: they get one range. */
  readonly #proposals: PendingRequests<readonly Proposal[]>;
  readonly #queries: PendingRequests<number>;

  constructor(state: RaftState) {
    this.#state = state;
    this.#proposals = new PendingRequests(state.config.forwardTimeoutMs, state.unit);
    this.#queries = new PendingRequests(state.config.queryTimeoutMs, state.unit);
  }

  get deadlineMs(): number {
    return Math.min(this.#proposals.deadlineMs, this.#queries.deadlineMs);
  }

  /** Forwards all of them, in as few messages as the limits allow. A proposal is never divided: its commands get places in a row. */
  propose(proposals: readonly Proposal[]): void {
    const leader = this.#reachableLeader();
    if (leader === undefined) return this.#reject(proposals, "notSent");
    const { entriesPerMessageMax, bytesPerMessageMax } = this.#state.rules;
    let start = 0;
    let count = 0;
    let bytes = 0;
    for (let i = 0; i < proposals.length; i++) {
      const { commands } = proposals[i]!;
      let more = 0;
      for (let k = 0; k < commands.length; k++) more += commands[k]!.length;
      if (i > start && (count + commands.length > entriesPerMessageMax || bytes + more > bytesPerMessageMax)) {
        this.#forward(leader, proposals.slice(start, i));
        start = i;
        count = bytes = 0;
      }
      count += commands.length;
      bytes += more;
    }
    this.#forward(leader, start === 0 ? proposals : proposals.slice(start));
  }

  query(id: number, query: Uint8Array): void {
    const leader = this.#reachableLeader();
    if (leader === undefined) return this.#state.emit({ kind: "queryFailed", id, outcome: "notSent" });
    this.#state.send(leader, { kind: "query", query, requestId: this.#queries.add(leader, id, this.#state.nowMs) });
  }

  /** The leader gave places to what was sent in one message: each proposal gets its part, in order. */
  acknowledged({ requestId, assigned }: CommandAck, term: Term): void {
    const proposals = this.#proposals.take(requestId);
    if (proposals === undefined) return;
    const count = proposals.reduce((sum, { commands }) => sum + commands.length, 0);
    if (assigned.end - assigned.start + 1 !== count) return this.#reject(proposals, "unknown");
    let { start } = assigned;
    for (const { id, commands } of proposals) {
      const range = { start, end: start + commands.length - 1 };
      this.#state.emit({ kind: "assigned", proposal: id, range, term });
      start = range.end + 1;
    }
  }

  answered({ requestId, result, position }: QueryResponse): void {
    const id = this.#queries.take(requestId);
    if (id !== undefined) this.#state.emit({ kind: "queryResult", id, result, position });
  }

  expire(): void {
    this.#fail(this.#proposals.takeExpired(this.#state.nowMs), this.#queries.takeExpired(this.#state.nowMs));
  }

  /** The bond with `peer` has ended: it does not answer any more. */
  lost(peer: PeerId): void {
    this.#fail(this.#proposals.takeSentTo(peer), this.#queries.takeSentTo(peer));
  }

  abandon(): void {
    this.#fail(this.#proposals.takeSentTo(), this.#queries.takeSentTo());
  }

  #reachableLeader(): PeerId | undefined {
    const { leader } = this.#state;
    return leader !== undefined && this.#state.isBonded(leader) ? leader : undefined;
  }

  #forward(leader: PeerId, proposals: readonly Proposal[]): void {
    const commands: Uint8Array[] = [];
    for (let i = 0; i < proposals.length; i++) {
      const more = proposals[i]!.commands;
      for (let k = 0; k < more.length; k++) commands.push(more[k]!);
    }
    if (commands.length === 0) return this.#reject(proposals, "notSent");
    const requestId = this.#proposals.add(leader, proposals, this.#state.nowMs);
    this.#state.send(leader, { kind: "command", commands, requestId });
  }

  #fail(forwarded: readonly (readonly Proposal[])[], queries: readonly number[]): void {
    for (const proposals of forwarded) this.#reject(proposals, "unknown");
    for (const id of queries) this.#state.emit({ kind: "queryFailed", id, outcome: "unknown" });
  }

  #reject(proposals: readonly Proposal[], outcome: FailedOutcome): void {
    for (const { id } of proposals) this.#state.emit({ kind: "rejected", proposal: id, outcome });
  }
}
