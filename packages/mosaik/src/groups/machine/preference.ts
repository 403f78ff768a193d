import { GroupError } from "../errors.js";
import type { LeadershipPreference } from "./machine.js";

const U32_MAX = 0xffff_ffff;

/** Stands for election like everybody. */
export const normal: LeadershipPreference = Object.freeze({ kind: "normal" });

/** Never leads, and does not count in elections. */
export const observer: LeadershipPreference = Object.freeze({ kind: "observer" });

/**
 * Leads if nobody else does: it waits `factor` times as long before it stands for election.
 *
 * @param factor a whole number from 1. Default: 3
 * @throws GroupError `invalidOption`
 */
export function reluctant(factor = 3): LeadershipPreference {
  if (!Number.isInteger(factor) || factor < 1 || factor > U32_MAX) {
    throw new GroupError(
      "invalidOption",
      `the factor of a reluctant member must be a whole number from 1, not ${factor}`,
    );
  }
  return Object.freeze({ kind: "reluctant", factor });
}
