import { Condition, PeerCondition, type PeerWatch } from "../primitives/index.js";
import type { PeerEntry } from "../network/index.js";
import type { HandlerCondition } from "./config.js";

/** The conditions of a caller (spec 04 §6.3). */
export class CallerWhen {
  readonly #watch: PeerWatch<PeerEntry>;
  readonly #isOnline: () => boolean;

  constructor(watch: PeerWatch<PeerEntry>, isOnline: () => boolean) {
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

  /** There is at least one handler; refine it with `minimumOf`, `withTags`, `withPredicate`. Handlers count that may be called, connected or not. */
  available(): HandlerCondition {
    return new PeerCondition(this.#watch);
  }

  /** There is no handler. */
  unavailable(): HandlerCondition {
    return this.available().unmet();
  }
}
