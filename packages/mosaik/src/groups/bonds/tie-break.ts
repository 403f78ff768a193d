import { PeerId } from "../../primitives/index.js";

/** Which side dialled a link. */
export type Side = "dialled" | "accepted";

/** A bond that stands while its peer shakes hands anew. */
export interface StandingBond {
  /** For how long nothing has come over it. */
  readonly silentMs: number;
  /** When the process began that it was made with, by the peer's own clock. */
  readonly started: bigint;
}

/**
 * Whether a peer that shows on a new connection that it has the key gets a bond, although there is one (spec 05 §4.3, §19 B3): it does if
 * it can hardly have the old one any more, for a restarted peer is not to wait until its old bond is found dead.
 *
 * @param started when the peer's process began, by its newest entry
 * @param silenceMaxMs how long a bond that lives may be silent
 */
export function mayReplace(bond: StandingBond, started: bigint, silenceMaxMs: number): boolean {
  return bond.silentMs > silenceMaxMs || started > bond.started;
}

/** Which link stays where both peers dialled at once and both are ours: the one that the lower id dialled. */
export function preferredSide(localId: PeerId, peer: PeerId): Side {
  return PeerId.compare(localId, peer) < 0 ? "dialled" : "accepted";
}

/**
 * Two links of one bond, as when both peers dialled at once (spec 05 §4.5, §19 B2). Pure. A Rust peer closes one of them at once, as a
 * rule the one that it dialled; the other stays. Where neither was closed in time both sides close the one that is not preferred.
 */
export class Tie {
  /** What goes to the peer goes over this one meanwhile: with a peer of ours it is the one that stays. */
  readonly preferred: Side;
  readonly deadlineMs: number;
  /** A peer of ours closes none of them before this: it gives them as long, from a moment at most a round trip earlier. */
  readonly #orderlyFromMs: number;
  #open: Side | "both" = "both";

  /** @param waitMs two round trips at least */
  constructor(localId: PeerId, peer: PeerId, nowMs: number, waitMs: number) {
    this.preferred = preferredSide(localId, peer);
    this.deadlineMs = nowMs + waitMs;
    this.#orderlyFromMs = nowMs + waitMs / 2;
  }

  /** Whether the peer, that has closed a link, has hardly read what came over it: a Rust peer begins to read only the one that it keeps. */
  isUnread(nowMs: number): boolean {
    return nowMs < this.#orderlyFromMs;
  }

  /** One of the links has ended. @returns the one that stays; `undefined` if none does */
  ended(side: Side): Side | undefined {
    if (this.#open === side) return undefined;
    if (this.#open === "both") this.#open = other(side);
    return this.#open;
  }

  /** @returns the link that is to be closed now */
  tick(nowMs: number): Side | undefined {
    if (this.#open !== "both" || nowMs < this.deadlineMs) return undefined;
    this.#open = this.preferred;
    return other(this.preferred);
  }
}

function other(side: Side): Side {
  return side === "dialled" ? "accepted" : "dialled";
}
