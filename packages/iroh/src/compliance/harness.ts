import type { Endpoint, EndpointOptions } from "../transport.js";

/** What a transport may lack. A case that needs one of these is left out where it is missing. */
export interface ComplianceCapabilities {
  /** `Connection.exportKeyingMaterial` works. */
  readonly exporter: boolean;
  /** One dial may offer several protocols. */
  readonly severalAlpns: boolean;
  /** The window and stream limits of `EndpointOptions` are honoured. */
  readonly limits: boolean;
}

/**
 * What a case is given: endpoints of the transport under test, and time. The owner makes a fresh harness for each case and,
 * after the case, closes the endpoints that are still open.
 *
 * A harness in virtual time lets its clock run inside `within`; a real one lets the event loop do that. Cases never sleep.
 */
export interface ComplianceHarness {
  readonly capabilities: ComplianceCapabilities;
  /**
   * Binds an endpoint that the other endpoints of this harness can reach by `addr()`: on loopback, without a relay. What
   * `options` leaves out is filled in: a fresh random key, and `complianceAlpn` as the only protocol.
   */
  bind(options?: Partial<EndpointOptions>): Promise<Endpoint>;
  /** Settles as `promise` does, or rejects after `ms` with an error that names `what`. */
  within<T>(ms: number, promise: Promise<T>, what: string): Promise<T>;
  /** Resolves once `condition` holds, or rejects after `ms` with an error that names `what`. */
  until(condition: () => boolean, ms: number, what: string): Promise<void>;
  /** Connections (and whatever else is counted) that the transport still keeps; where it can tell. */
  openHandles?(): number;
}

/** One behaviour that every transport shows. */
export interface ComplianceCase {
  readonly name: string;
  /** What the transport must be capable of for this case to make sense. */
  readonly needs: readonly (keyof ComplianceCapabilities)[];
  /** Rejects with a `ComplianceFailure`, or with what the transport threw, where the behaviour is not shown. */
  run(harness: ComplianceHarness): Promise<void>;
}

/** The protocol that endpoints of a harness speak unless a case says otherwise. */
export const complianceAlpn = "mosaik-compliance/1";

/** How long a case may take, in ms, unless it says otherwise. */
const caseLimitMs = 20_000;

/** Describes a case; its time is limited as a whole, so that a promise that never settles is a failure and not a hang. */
export function behaviour(
  name: string,
  run: (harness: ComplianceHarness) => Promise<void>,
  options: { needs?: readonly (keyof ComplianceCapabilities)[]; limitMs?: number } = {},
): ComplianceCase {
  const limitMs = options.limitMs ?? caseLimitMs;
  return { name, needs: options.needs ?? [], run: (harness) => harness.within(limitMs, run(harness), name) };
}
