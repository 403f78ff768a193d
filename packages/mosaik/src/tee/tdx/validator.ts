import type { PeerEntry } from "../../network/index.js";
import type { Digest } from "../../primitives/index.js";
import type { Expiration } from "../../tickets/index.js";
import { InvalidTicket, type TicketValidator } from "../../tickets/index.js";
import type { CollateralSource } from "./collateral.js";
import { TdxError } from "./errors.js";
import { CheckedCriteria, measurementsOf, type MeasurementsCriteria } from "./measurements.js";
import { checkPolicy, requireGoodEnough, type TdxPolicy } from "./policy.js";
import { requireSelfSigned } from "./rust-compatible.js";
import { decodeTicket, TDX_TICKET_CLASS, type TdxTicket } from "./ticket.js";
import { verifyQuote } from "./verify.js";

/** What a validator of TDX accepts. Its signature depends on the measurements and the times, and not on how quotes are verified. */
export interface TdxOptions {
  /** What must have been measured. **MRTD alone is the firmware's**: demand RTMR1 and RTMR2, too. Default: anything. */
  readonly measurements?: MeasurementsCriteria;
  /** If there are any, one of these must be met as well. Their order enters the signature. Default: none. */
  readonly variants?: readonly MeasurementsCriteria[];
  /** The longest time since the quote was made, in ms; whole seconds of it enter the signature. Default: any. */
  readonly maxAgeMs?: number;
  /** Quotes made before this moment are refused, in ms since the Unix epoch. Default: any. */
  readonly notBeforeMs?: number;
  /** The longest time that a ticket may be valid after its quote was made, in ms. Default: any, or for ever. */
  readonly maxLifetimeMs?: number;
  /**
   * Which genuine TDs are good enough. `"rust-compatible"` takes what Rust takes: quotes that prove **nothing about hardware**, as anybody can make
   * them. Default: `{}`, all defaults.
   */
  readonly policy?: TdxPolicy | "rust-compatible";
  /**
   * With it quotes are verified in full: revocations, and how old the platform's software is. Without it they are verified up to the root, and a
   * warning of the process says what was not looked at; `"none"` does without the warning.
   */
  readonly collateral?: CollateralSource | "none";
  /** The root that is trusted, SHA-256 of its certificate: for tests with a root of their own. Default: Intel's. */
  readonly root?: string;
}

/** The validator that `tdx` makes. */
export class TdxValidator implements TicketValidator {
  readonly class = TDX_TICKET_CLASS;
  readonly signature: Digest;
  /** What the clock refuses later, what collateral tells anew, is asked for each time. */
  readonly isRepeatable = false;
  readonly #options: TdxOptions;
  readonly #measurements: CheckedCriteria;
  readonly #variants: readonly CheckedCriteria[];

  /** @throws TdxError `invalidOption` */
  constructor(options: TdxOptions) {
    const { policy = {} } = options;
    if (policy !== "rust-compatible") checkPolicy(policy);
    this.#options = { ...options };
    this.#measurements = new CheckedCriteria(options.measurements ?? {});
    this.#variants = (options.variants ?? []).map((variant) => new CheckedCriteria(variant));
    this.signature = this.#sign();
  }

  validate(data: Uint8Array, entry: PeerEntry, nowMs: number): Expiration | InvalidTicket {
    try {
      const ticket = decodeTicket(data);
      const refusal = this.#refusal(ticket, entry, nowMs);
      if (refusal !== undefined) return new InvalidTicket(refusal, { peer: entry.id });
      // The dear part comes last.
      this.#prove(ticket, nowMs);
      return ticket.expiration;
    } catch (error) {
      if (error instanceof TdxError) return new InvalidTicket(error.message, { peer: entry.id, cause: error });
      throw error;
    }
  }

  /** Why a ticket does not admit a peer, in the order of spec 07 §6.9; `undefined` where it does. */
  #refusal(ticket: TdxTicket, entry: PeerEntry, nowMs: number): string | undefined {
    const { maxAgeMs, notBeforeMs, maxLifetimeMs } = this.#options;
    const measured = measurementsOf(ticket.quote.report);
    const other = this.#measurements.mismatch(measured);
    if (other !== undefined) return `another ${other} than is demanded`;
    if (this.#variants.length > 0 && !this.#variants.some((variant) => variant.mismatch(measured) === undefined)) {
      return "none of the variants was measured";
    }
    if (ticket.peerId !== entry.id) return "issued to another peer";
    if (ticket.networkId !== entry.network) return "issued for another network";
    const [quotedMs, { moment }] = [ticket.quotedAt.toMillis(), ticket.expiration];
    const ageMs = nowMs - quotedMs;
    if (maxAgeMs !== undefined && (ageMs < 0 || ageMs > maxAgeMs)) return "quoted too long ago, or in the future";
    if (notBeforeMs !== undefined && quotedMs < notBeforeMs) return "quoted too long ago";
    if (maxLifetimeMs !== undefined) {
      const lifetimeMs = moment === undefined ? Infinity : moment.toMillis() - quotedMs;
      if (lifetimeMs < 0 || lifetimeMs > maxLifetimeMs) return "valid for too long";
    }
    return moment !== undefined && moment.toMillis() < nowMs ? "expired" : undefined;
  }

  /** @throws TdxError */
  #prove(ticket: TdxTicket, nowMs: number): void {
    const { policy = {}, collateral = "none", root } = this.#options;
    if (policy === "rust-compatible") return requireSelfSigned(ticket);
    const verified = verifyQuote(ticket.quote, {
      nowMs,
      ...(root !== undefined && { root }),
      ...(collateral !== "none" && { collateral }),
    });
    requireGoodEnough(ticket.quote, verified, policy);
  }

  #sign(): Digest {
    const { maxAgeMs, notBeforeMs, maxLifetimeMs } = this.#options;
    const criteria = [this.#measurements, ...this.#variants].map((one) => one.signature());
    const times = [maxAgeMs, notBeforeMs, maxLifetimeMs].map(secondsBytes);
    return [...criteria, ...times].reduce<Digest>((digest, part) => digest.derive(part), TDX_TICKET_CLASS);
  }
}

/** Whole seconds, little-endian; zeros for what is absent, in Rust as here. */
function secondsBytes(ms = 0): Uint8Array {
  if (!Number.isFinite(ms)) throw new TdxError("invalidOption", `a time is a number of ms, not ${ms}`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(Math.floor(ms / 1000)), true);
  return bytes;
}
