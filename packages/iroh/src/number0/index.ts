/**
 * `@mosaik/iroh/number0`: the transport over `@number0/iroh`, the binding that n0 publish, for machines without the native part of this
 * package. It keeps the contract but for what that package has nothing for: keying material (`Endpoint.hasExporter` is false), windows,
 * certificates of relays, multicast DNS; a dial offers its protocols one after the other. Decision 020 has the whole list.
 */
import type { Transport } from "../transport.js";
import { number0Crypto, type Number0Crypto } from "./crypto.js";
import { Number0Endpoint } from "./endpoint.js";
import { loadBinding } from "./load.js";

export type { Number0Crypto };

/** What stands in for the native part. */
export interface Number0 extends Number0Crypto {
  readonly transport: Transport;
}

/**
 * The transport and the cryptography of `@number0/iroh`; `undefined` where that is not installed.
 *
 * @throws Error which says what to do where it is installed and cannot be loaded
 */
export function loadNumber0(): Number0 | undefined {
  const binding = loadBinding();
  if (binding === undefined) return undefined;
  return { ...number0Crypto(binding), transport: { bind: (options) => Number0Endpoint.bind(binding, options) } };
}
