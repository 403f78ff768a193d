import { equalBytes } from "../../primitives/index.js";
import { SnpError } from "./errors.js";
import type { SnpReport, SnpTcb } from "./report.js";

/** Which genuine guests are good enough. A guest under debug never is. */
export interface SnpPolicy {
  /** What was measured of the guest, 48 bytes. Default: anything. */
  readonly measurement?: Uint8Array;
  /** 32 bytes that the host must have given it. Default: anything. */
  readonly hostData?: Uint8Array;
  /** The firmware's parts must be as new, or newer. Default: any. */
  readonly minimumTcb?: Partial<Record<keyof SnpTcb, number>>;
  /** The least version of the guest, by its owner's count. Default: 0. */
  readonly minimumGuestSvn?: number;
  /** The lowest privilege that may have asked for the report; 0 is the highest. Default: 0. */
  readonly maximumVmpl?: number;
  /** Whether a migration agent may be bound to the guest. Default: false. */
  readonly migrationAgent?: boolean;
}

const BIT = { migrationAgent: 18n, debug: 19n } as const;

/** @throws SnpError `policy` with the reason */
export function requireGoodSnpGuest(
  report: SnpReport,
  tcb: SnpTcb,
  {
    measurement,
    hostData,
    minimumTcb = {},
    minimumGuestSvn = 0,
    maximumVmpl = 0,
    migrationAgent = false,
  }: SnpPolicy = {},
): void {
  const isSet = (bit: bigint): boolean => ((report.policy >> bit) & 1n) === 1n;
  if (isSet(BIT.debug)) throw policy("the guest may be debugged: its host can read and change it");
  if (isSet(BIT.migrationAgent) && !migrationAgent) throw policy("another guest may migrate it");
  if (report.vmpl > maximumVmpl) throw policy(`asked for at privilege level ${report.vmpl}`);
  if (report.guestSvn < minimumGuestSvn) throw policy(`version ${report.guestSvn} of the guest`);
  if (measurement !== undefined && !equalBytes(report.measurement, measurement)) throw policy("another measurement");
  if (hostData !== undefined && !equalBytes(report.hostData, hostData)) throw policy("other data of the host");
  for (const [part, least] of Object.entries(minimumTcb) as [keyof SnpTcb, number][]) {
    if ((tcb[part] ?? 0) < least)
      throw policy(`the platform's firmware is too old: ${part} ${tcb[part] ?? "is unknown"}`);
  }
}

function policy(message: string): SnpError {
  return new SnpError("policy", message);
}
