import { equalBytes } from "../../primitives/index.js";
import { TdxError } from "./errors.js";
import { measurement, type MeasurementLike } from "./measurements.js";
import type { Quote, TdReport } from "./quote.js";
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
  /** What the TD must have been bound to when it was started: MRCONFIGID. Default: anything. */
  readonly configId?: MeasurementLike;
  /** Whom it must have been started for: MROWNER. Default: anybody. */
  readonly owner?: MeasurementLike;
  /** What its owner must have bound it to: MROWNERCONFIG. Default: anything. */
  readonly ownerConfig?: MeasurementLike;
}

const STATUSES: readonly TcbStatus[] = ["UpToDate", "SWHardeningNeeded"];
/** Byte and bit of the attributes of a TD. */
const SEPT_VE_DISABLE = { byte: 3, bit: 0x10 } as const;

/** @throws TdxError `invalidOption` for a policy that no TD could meet, or that is none */
export function checkPolicy(policy: TdxPolicy): void {
  if (typeof policy !== "object") {
    throw new TdxError("invalidOption", `a policy is an object, or "rust-compatible", not ${String(policy)}`);
  }
  for (const value of [policy.configId, policy.owner, policy.ownerConfig]) {
    if (value !== undefined) measurement(value);
  }
  if (policy.statuses?.length === 0) throw new TdxError("invalidOption", "a policy that takes no status at all");
}

/** @throws TdxError `policy` with the reason */
export function requireGoodEnough(
  { report }: Quote,
  { level }: VerifiedQuote,
  { statuses = STATUSES, refusedAdvisories = [], septVeDisable = true, ...bound }: TdxPolicy,
): void {
  const { tdAttributes } = report;
  if (septVeDisable && (tdAttributes[SEPT_VE_DISABLE.byte]! & SEPT_VE_DISABLE.bit) === 0) {
    throw new TdxError(
      "policy",
      "the host of the TD can make it take faults where it expects none: SEPT_VE_DISABLE is not set",
    );
  }
  requireBound(report, bound);
  if (level === undefined) return;
  if (!statuses.includes(level.status))
    throw new TdxError("policy", `the platform is ${level.status}: ${listed(level.advisoryIds)}`);
  const refused = level.advisoryIds.filter((id) => refusedAdvisories.includes(id));
  if (refused.length > 0) throw new TdxError("policy", `the platform is concerned by ${refused.join(", ")}`);
}

function requireBound(
  { mrConfigId, mrOwner, mrOwnerConfig }: TdReport,
  { configId, owner, ownerConfig }: TdxPolicy,
): void {
  for (const [name, found, wanted] of [
    ["MRCONFIGID", mrConfigId, configId],
    ["MROWNER", mrOwner, owner],
    ["MROWNERCONFIG", mrOwnerConfig, ownerConfig],
  ] as const) {
    if (wanted === undefined || equalBytes(found, measurement(wanted))) continue;
    throw new TdxError("policy", `the TD was started with another ${name} than is demanded`);
  }
}

function listed(advisories: readonly string[]): string {
  return advisories.length === 0 ? "no advisory is named" : advisories.join(", ");
}
