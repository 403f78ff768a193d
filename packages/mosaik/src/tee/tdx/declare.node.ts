import type { TicketValidator } from "../../tickets/index.js";
import { emitTeeWarning, type TeeWarning } from "../warnings.node.js";
import { TdxValidator, type TdxOptions } from "./validator.js";

/**
 * Admits peers by quotes of Intel TDX: the signature and the order of the checks are those of Rust's `Tdx` (spec 07 §6.9). A quote must be
 * proved to be of genuine hardware, unlike in Rust.
 *
 * ```ts
 * const attested = tdx({ measurements: { mrtd, rtmr1, rtmr2 }, collateral: await openCollateral({ server }) });
 * ```
 *
 * Warns once a process by `process.emitWarning` of what is not verified: `MOSAIK_TDX_NO_COLLATERAL`, `MOSAIK_TDX_RUST_COMPATIBLE`.
 *
 * @throws TdxError `invalidOption`
 */
export function tdx(options: TdxOptions = {}): TicketValidator {
  const validator = new TdxValidator(options);
  if (options.policy === "rust-compatible") warnOnce("MOSAIK_TDX_RUST_COMPATIBLE");
  else if (options.collateral === undefined) warnOnce("MOSAIK_TDX_NO_COLLATERAL");
  return validator;
}

const WARNINGS = {
  MOSAIK_TDX_RUST_COMPATIBLE:
    'tdx({ policy: "rust-compatible" }) admits peers by quotes that anybody can make, with any measurements: they prove nothing of hardware',
  MOSAIK_TDX_NO_COLLATERAL:
    "tdx() without `collateral` verifies quotes up to Intel's root. It does not see whether a certificate was revoked, nor how old the platform's " +
    'software is: give it openCollateral(...), or collateral: "none" if that is meant',
} as const satisfies Partial<Record<TeeWarning, string>>;
const warned = new Set<TeeWarning>();

function warnOnce(code: keyof typeof WARNINGS): void {
  if (warned.has(code)) return;
  warned.add(code);
  emitTeeWarning(code, WARNINGS[code]);
}
