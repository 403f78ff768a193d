import { Condition } from "./condition.js";
import { PeerCondition, type PeerWatch, type Tagged } from "./peer-condition.js";

/** The conditions of something that counts peers, and is online when enough of them are there. */
export abstract class PeerWhen<P extends Tagged> {
  readonly #watch: PeerWatch<P>;
  readonly #isOnline: () => boolean;

  constructor(watch: PeerWatch<P>, isOnline: () => boolean) {
    this.#watch = watch;
    this.#isOnline = isOnline;
  }

  /** The online condition holds. */
  online(): Condition {
    return new Condition(this.#watch, this.#isOnline);
  }

  /** The online condition does not hold. */
  offline(): Condition {
    return this.online().unmet();
  }

  /** At least one peer is there. */
  protected present(): PeerCondition<P> {
    return new PeerCondition(this.#watch);
  }
}
