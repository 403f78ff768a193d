import { t } from "@mosaik/postcard";
import { Digest } from "../../primitives/index.js";
import { logReplaySync } from "../sync/log-replay/index.js";
import type { LeadershipPreference, StateMachine } from "./machine.js";
import { normal } from "./preference.js";

/**
 * A machine that does nothing: for groups that only agree on a leader (spec 05 §9). Commands, queries and results are `undefined`. Its
 * groups are those of Rust's `NoOp`.
 */
export class NoOp implements StateMachine<undefined, undefined, undefined> {
  readonly signature = Digest.from("mosaik_noop_state_machine");
  readonly command = t.unit;
  readonly query = t.unit;
  readonly result = t.unit;
  readonly sync = logReplaySync({ typeName: "mosaik::groups::machine::noop::NoOp" });
  readonly preference: LeadershipPreference;

  /** @param preference default: `normal` */
  constructor(preference: LeadershipPreference = normal) {
    this.preference = preference;
  }

  apply(): void {}

  answer(): undefined {}

  reset(): void {}
}
