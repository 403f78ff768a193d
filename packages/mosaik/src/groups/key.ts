import { concatBytes, Digest, type DigestLike, type PeerId } from "../primitives/index.js";
import type { Random } from "../runtime/index.js";
import type { TicketValidator } from "../tickets/index.js";

/**
 * The secret that the members of a group share (spec 05 §2.2). It never crosses the wire: members prove that they have it. A secret that
 * can be guessed can be found out from the group's public id: use a random one.
 */
export class GroupKey {
  readonly #secret: Digest;

  private constructor(secret: Digest) {
    this.#secret = secret;
  }

  /** From a text by the rule of `Digest.from`: 64 hexadecimal digits are the secret itself, anything else is hashed. */
  static fromSecret(secret: DigestLike | Uint8Array): GroupKey {
    return new GroupKey(Digest.from(secret));
  }

  /** A key that nobody can guess. @param random where the bytes come from: a node's `runtime.random` */
  static random(random: Pick<Random, "bytes">): GroupKey {
    return new GroupKey(Digest.fromBytes(random.bytes(32)));
  }

  /** The key of those who admit each other by the same tickets: no secret, but its group requires the tickets. */
  static fromValidator(validator: Pick<TicketValidator, "signature">): GroupKey {
    return new GroupKey(validator.signature);
  }

  /** What the group's id begins with (spec 05 §2.4). */
  publicDigest(): Digest {
    return Digest.hash(this.#secret.bytes);
  }

  /** Shows on one connection, by its keying material, that `peer` has the key (spec 05 §2.6). */
  proof(keyingMaterial: Uint8Array, peer: PeerId): Digest {
    const session = Digest.hash(concatBytes(this.#secret.bytes, keyingMaterial));
    return Digest.hash(concatBytes(session.bytes, peer.bytes));
  }

  /** The secret itself, to be stored where secrets are. */
  secret(): Digest {
    return this.#secret;
  }

  /** The first and the last byte, in hexadecimal. */
  toString(): string {
    const { hex } = this.#secret;
    return `${hex.slice(0, 2)}****${hex.slice(-2)}`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `GroupKey ${this.toString()}`;
  }
}
