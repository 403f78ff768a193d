import { CLOSE, type SignedPeerEntry } from "../../network/index.js";
import type { PeerId } from "../../primitives/index.js";
import type { CancelTimer, Runtime } from "../../runtime/index.js";
import type { TicketGate } from "../../tickets/index.js";
import type { Bond } from "./bond.js";
import type { BondInfo } from "./context.js";
import { Tie } from "./tie-break.js";

/** How long two links of one bond are kept until it is clear which of them stays, beside two round trips, in ms (spec 05 §19 B2). */
const TIE_MS = 300;

/** What becomes of a member when one of its links has ended. */
export type MemberChange =
  /** It was one that is of no account any more. */
  | "none"
  /** What was sent over it may be lost, but the member has another link. */
  | "switched"
  | "lost";

/** A peer that we are bonded with: by one link, or for a moment by two. */
export class Member<M> {
  /** What goes to the peer goes over this one. */
  active: Bond<M>;
  readonly gate: TicketGate;
  readonly #runtime: Runtime;
  readonly #localId: PeerId;
  #spare: Bond<M> | undefined;
  #tie: Tie | undefined;
  /** What went to the peer went over the spare link before there were two. */
  #hasSpareCarried = false;
  #cancelTimer: CancelTimer | undefined;

  constructor(runtime: Runtime, localId: PeerId, bond: Bond<M>, gate: TicketGate) {
    this.#runtime = runtime;
    this.#localId = localId;
    this.active = bond;
    this.gate = gate;
  }

  /** Whether there are two links. */
  get isTied(): boolean {
    return this.#spare !== undefined;
  }

  get bonds(): readonly Bond<M>[] {
    return this.#spare === undefined ? [this.active] : [this.active, this.#spare];
  }

  has(bond: Bond<M>): boolean {
    return bond === this.active || bond === this.#spare;
  }

  info(nowMs: number, rttMs: number | undefined): BondInfo {
    const { peer, entry, beganMs, bytesSent, bytesReceived, messagesSent, messagesReceived } = this.active;
    const traffic = { bytesSent, bytesReceived, messagesSent, messagesReceived };
    return { peer, entry: entry.entry, rttMs, connectedMs: nowMs - beganMs, ...traffic };
  }

  /** A second link, dialled by us while the peer dialled the first. */
  tie(bond: Bond<M>): void {
    const rttMs = (bond.link.connection.rttMicros() ?? 0) / 1000;
    const waitMs = TIE_MS + 2 * rttMs;
    const tie = new Tie(this.#localId, bond.peer, this.#runtime.monoMs(), waitMs);
    this.#tie = tie;
    this.#hasSpareCarried = tie.preferred === bond.side;
    this.#spare = this.#hasSpareCarried ? this.active : bond;
    if (this.#hasSpareCarried) this.active = bond;
    this.#cancelTimer = this.#runtime.after(waitMs, () => {
      const side = tie.tick(Math.max(tie.deadlineMs, this.#runtime.monoMs()));
      if (side !== undefined) this.#spare?.close(CLOSE.groupAlreadyBonded);
    });
  }

  /** One of the links has ended. */
  ended(bond: Bond<M>): MemberChange {
    const spare = this.#spare;
    if (!this.has(bond)) return "none";
    if (spare === undefined) return "lost";
    const tie = this.#tie!;
    const left = tie.ended(bond.side);
    this.#untie();
    if (left === this.active.side) {
      return this.#hasSpareCarried && tie.isUnread(this.#runtime.monoMs()) ? "switched" : "none";
    }
    this.active = spare;
    // Where that is about to end, too, its end tells what happened.
    return spare.isOver ? "none" : "switched";
  }

  /** Takes a newer entry of the peer's, which its tickets are judged by. */
  learn(signed: SignedPeerEntry): void {
    this.active.learn(signed);
    this.#spare?.learn(signed);
    this.gate.refresh(this.active.entry.entry);
  }

  /** Nothing is watched any more. @returns every link that is left */
  release(): readonly Bond<M>[] {
    const { bonds } = this;
    this.gate.close();
    this.#untie();
    return bonds;
  }

  #untie(): void {
    this.#cancelTimer?.();
    this.#spare = undefined;
    this.#tie = undefined;
  }
}
