import { DateTime } from "@mosaik/postcard";
import type { Discovery } from "../../discovery/index.js";
import type { LocalNode, Ticket } from "../../network/index.js";
import { Expiration } from "../../tickets/index.js";
import { TdxError } from "../tdx/errors.js";
import {
  measurementsOf,
  type Measurements,
  type MeasurementsCriteria,
  type MeasurementsRegister,
} from "../tdx/measurements.js";
import { parseQuote } from "../tdx/quote.js";
import { reportDataOf } from "../tdx/report-data.js";
import { encodeTicket, TDX_TICKET_CLASS } from "../tdx/ticket.js";
import type { AttestationSource } from "./attestation-source.js";
import { AttestationError } from "./errors.js";

/** Whose tickets are made: a `Network` is such a one. */
export interface TdxNode {
  readonly local: Pick<LocalNode, "id" | "networkId" | "runtime" | "closing">;
  readonly discovery: Pick<Discovery, "catalog" | "replaceTicket" | "removeTicketsOf">;
}

/** How this node's own ticket is installed. */
export interface OwnTicketOptions {
  /** How long each ticket is valid, in ms. Default: for ever, as in Rust. */
  readonly lifetimeMs?: number;
  /** After how long a new one takes its place, in ms. Default: half of its lifetime; never for those that are valid for ever. */
  readonly renewEveryMs?: number;
  /** Gives up waiting for the first quote. */
  readonly signal?: AbortSignal;
}

/** After how long a renewal that failed is tried again, in ms. */
export const RENEWAL_RETRY_MS = 10_000;

/**
 * This machine as a guest of Intel TDX: its measurements, and tickets that prove them to peers (spec 07 §6.10). `network.tdx()` makes one.
 *
 * ```ts
 * const guest = await network.tdx();
 * if (await guest.available()) await guest.installOwnTicket({ lifetimeMs: 3_600_000 });
 * ```
 */
export class TdxGuest {
  readonly #node: TdxNode;
  readonly #source: AttestationSource;
  #isAvailable = false;
  #cancelRenewal = (): void => {};
  /** Whose renewal counts: that of the last `installOwnTicket`. */
  #installation = 0;

  /** @param source what makes quotes, by `tdx_guest` */
  constructor(node: TdxNode, source: AttestationSource) {
    this.#node = node;
    this.#source = source;
    node.local.closing.addEventListener("abort", () => this.#stopRenewing(), { once: true });
  }

  /** Whether this machine makes quotes. Asks for one each time, until one was made. */
  async available(signal?: AbortSignal): Promise<boolean> {
    if (this.#isAvailable) return true;
    try {
      await this.measurements(signal);
      return true;
    } catch (error) {
      if (error instanceof AttestationError || error instanceof TdxError) return false;
      throw error;
    }
  }

  /** What was measured of this machine. @throws AttestationError; TdxError `malformedQuote`; the signal's reason */
  async measurements(signal?: AbortSignal): Promise<Measurements> {
    const { report } = parseQuote(await this.#quote(new Uint8Array(64), signal));
    return measurementsOf(report);
  }

  /**
   * What was measured of this machine, as a demand on others: `tdx({ measurements: await guest.own("mrtd", "rtmr1", "rtmr2") })`, which in Rust is
   * `require_own_mrtd()` and so on.
   *
   * @param registers which. Default: all, as Rust's `from_local()`
   * @throws AttestationError; TdxError `malformedQuote`
   */
  async own(...registers: MeasurementsRegister[]): Promise<MeasurementsCriteria> {
    const measured = await this.measurements();
    if (registers.length === 0) return measured;
    return Object.fromEntries(registers.map((register) => [register, measured[register]]));
  }

  /**
   * Makes a ticket: a quote that is bound to this node, its network, when it started, now, and when the ticket ends.
   *
   * @param expiration Default: never
   * @throws TdxError `expirationInThePast`; AttestationError; the signal's reason
   */
  async ticket(expiration: Expiration = Expiration.never, signal?: AbortSignal): Promise<Ticket> {
    const { local, discovery } = this.#node;
    const nowMs = local.runtime.wallMs();
    if (expiration.isExpired(nowMs)) {
      throw new TdxError("expirationInThePast", `a ticket that ended at ${expiration.toString()} already`);
    }
    const extra = {
      peerId: local.id,
      networkId: local.networkId,
      startedAt: DateTime.fromMillis(discovery.catalog.local.entry.startedAtMs),
      quotedAt: DateTime.fromMillis(nowMs),
      expiration,
    };
    return encodeTicket(await this.#quote(reportDataOf(extra), signal), extra);
  }

  /**
   * Puts a ticket of this machine into this node's entry, in the place of the one before, and renews it as long as the network is open. A renewal that fails
   * is reported, and tried again after 10 s.
   *
   * @throws TdxError `invalidOption`; AttestationError; DiscoveryError `entryTooLarge`; the signal's reason
   */
  async installOwnTicket({ lifetimeMs, renewEveryMs, signal }: OwnTicketOptions = {}): Promise<void> {
    for (const [name, value] of Object.entries({ lifetimeMs, renewEveryMs })) {
      if (value === undefined || (value >= 1000 && Number.isFinite(value))) continue;
      throw new TdxError("invalidOption", `${name} is a number of ms, 1000 or more, not ${value}`);
    }
    this.#stopRenewing();
    const installation = this.#installation;
    await this.#install(installation, lifetimeMs, signal);
    const everyMs = renewEveryMs ?? (lifetimeMs === undefined ? undefined : lifetimeMs / 2);
    if (everyMs !== undefined) this.#renewAfter(everyMs, installation, everyMs, lifetimeMs);
  }

  /** Takes this node's tickets of TDX out of its entry, and renews them no more. */
  removeOwnTicket(): void {
    this.#stopRenewing();
    this.#node.discovery.removeTicketsOf(TDX_TICKET_CLASS);
  }

  async #install(installation: number, lifetimeMs: number | undefined, signal?: AbortSignal): Promise<void> {
    const { local, discovery } = this.#node;
    const expiration =
      lifetimeMs === undefined ? Expiration.never : Expiration.after(lifetimeMs, local.runtime.wallMs());
    const ticket = await this.ticket(expiration, signal);
    // Another may have been installed meanwhile, or none be wanted any more.
    if (installation === this.#installation) discovery.replaceTicket(ticket);
  }

  #renewAfter(delayMs: number, installation: number, everyMs: number, lifetimeMs: number | undefined): void {
    const { runtime, closing } = this.#node.local;
    if (installation !== this.#installation || closing.aborted) return;
    this.#cancelRenewal = runtime.after(delayMs, () => {
      this.#install(installation, lifetimeMs, closing).then(
        () => this.#renewAfter(everyMs, installation, everyMs, lifetimeMs),
        (error: unknown) => {
          if (closing.aborted) return;
          runtime.report(error, "the renewal of this node's ticket of TDX");
          this.#renewAfter(Math.min(RENEWAL_RETRY_MS, everyMs), installation, everyMs, lifetimeMs);
        },
      );
    });
  }

  #stopRenewing(): void {
    this.#installation++;
    this.#cancelRenewal();
  }

  async #quote(reportData: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const quote = await this.#source.quote(reportData, signal);
    this.#isAvailable = true;
    return quote;
  }
}
