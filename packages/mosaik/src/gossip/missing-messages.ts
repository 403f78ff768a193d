import type { PeerId } from "../primitives/index.js";
import type { MessageId } from "./protocol.js";

/** A peer that has a message, and the hops that the message took to it. */
type Announcer = readonly [peer: PeerId, round: number];

/** Messages that are known by announcement only. */
const MISSING_MAX = 4096;
/** Such messages announced by one peer. */
export const MISSING_PER_PEER_MAX = 1024;
/** Announcers kept for one message. */
const ANNOUNCERS_MAX = 16;

/** Messages that were announced and did not come, each with those who have it, in the order in which they said so. */
export class MissingMessages {
  readonly #announcers = new Map<MessageId, Announcer[]>();
  readonly #perPeer = new Map<PeerId, number>();

  /** Whether there was room for it. */
  add(id: MessageId, peer: PeerId, round: number): boolean {
    const count = this.#perPeer.get(peer) ?? 0;
    if (count >= MISSING_PER_PEER_MAX) return false;
    const known = this.#announcers.get(id);
    if (known === undefined) {
      if (this.#announcers.size >= MISSING_MAX) return false;
      this.#announcers.set(id, [[peer, round]]);
    } else {
      if (known.length >= ANNOUNCERS_MAX) return false;
      known.push([peer, round]);
    }
    this.#perPeer.set(peer, count + 1);
    return true;
  }

  /** Takes the first announcer of a message. */
  next(id: MessageId): Announcer | undefined {
    const known = this.#announcers.get(id);
    const first = known?.shift();
    if (first !== undefined) this.#release(first[0]);
    if (known?.length === 0) this.#announcers.delete(id);
    return first;
  }

  /** Takes all announcers of a message. */
  take(id: MessageId): readonly Announcer[] {
    const known = this.#announcers.get(id) ?? [];
    this.#announcers.delete(id);
    for (const [peer] of known) this.#release(peer);
    return known;
  }

  /** What the peer announced does not count any more. */
  forget(peer: PeerId): void {
    if (!this.#perPeer.delete(peer)) return;
    for (const [id, known] of this.#announcers) {
      const rest = known.filter(([announcer]) => announcer !== peer);
      if (rest.length === 0) this.#announcers.delete(id);
      else this.#announcers.set(id, rest);
    }
  }

  #release(peer: PeerId): void {
    const count = this.#perPeer.get(peer)!;
    if (count === 1) this.#perPeer.delete(peer);
    else this.#perPeer.set(peer, count - 1);
  }
}
