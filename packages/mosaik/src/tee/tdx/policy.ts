import { TdxError } from "./errors.js";
import type { Quote } from "./quote.js";
import type { TcbStatus } from "./tcb.js";
import type { VerifiedQuote } from "./verify.js";

/** Which genuine TDs are good enough. */
export interface TdxPolicy {
  /** How the software of the platform may stand. Looked at where collateral is there. Default: `UpToDate`, `SWHardeningNeeded`. */
  readonly statuses?: readonly TcbStatus[];
  /** Security advisories of Intel that a platform must not be concerned by, as `INTEL-SA-00837`. Default: none. */
  readonly refusedAdvisories?: readonly string[];
  /** Whether the TD must be safe from faults that its host makes (SEPT_VE_DISABLE), as Linux demands of itself. Default: true. */
  readonly septVeDisable?: boolean;
}

const STATUSES: readonly TcbStatus[] = ["UpToDate", "SWHardeningNeeded"];
/** Byte and bit of the attributes of a TD. */
const SEPT_VE_DISABLE = { byte: 3, bit: 0x10 } as const;

/** @throws TdxError `policy` with the reason */
export function requireGoodEnough(
  { report: { tdAttributes } }: Quote,
  { level }: VerifiedQuote,
  { statuses = STATUSES, refusedAdvisories = [], septVeDisable = true }: TdxPolicy,
): void {
  if (septVeDisable && (tdAttributes[SEPT_VE_DISABLE.byte]! & SEPT_VE_DISABLE.bit) === 0) {
    throw new TdxError(
      "policy",
      "the host of the TD can make it take faults where it expects none: SEPT_VE_DISABLE is not set",
    );
  }
  if (level === undefined) return;
  if (!statuses.includes(level.status))
    throw new TdxError("policy", `the platform is ${level.status}: ${listed(level.advisoryIds)}`);
  const refused = level.advisoryIds.filter((id) => refusedAdvisories.includes(id));
  if (refused.length > 0) throw new TdxError("policy", `the platform is concerned by ${refused.join(", ")}`);
}

function listed(advisories: readonly string[]): string {
  return advisories.length === 0 ? "no advisory is named" : advisories.join(", ");
}
