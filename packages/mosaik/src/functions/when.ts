import { PeerWhen } from "../primitives/index.js";
import type { PeerEntry } from "../network/index.js";
import type { HandlerCondition } from "./config.js";

/** The conditions of a caller (spec 04 §6.3). */
export class CallerWhen extends PeerWhen<PeerEntry> {
  /** There is at least one handler; refine it with `minimumOf`, `withTags`, `withPredicate`. Handlers count that may be called, connected or not. */
  available(): HandlerCondition {
    return this.present();
  }

  /** There is no handler. */
  unavailable(): HandlerCondition {
    return this.available().unmet();
  }
}
