import type { Transport } from "@mosaik/iroh/transport";
import { over, overConnections } from "./over.js";

/** A transport over another that exports wrong keying material: its nodes prove nothing. */
export function wrongProofTransport(inner: Transport): Transport {
  return overConnections(inner, (plain) =>
    over(plain, {
      exportKeyingMaterial: (...args) => plain.exportKeyingMaterial(...args).map((byte) => byte ^ 1),
    }),
  );
}
