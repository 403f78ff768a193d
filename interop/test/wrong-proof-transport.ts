import type { Connection, Endpoint, Transport } from "@mosaik/iroh/transport";
import { over } from "./over.js";

/** A transport over another that exports wrong keying material: its nodes prove nothing. */
export function wrongProofTransport(inner: Transport): Transport {
  const connection = (plain: Connection): Connection =>
    over(plain, {
      exportKeyingMaterial: (...args) => plain.exportKeyingMaterial(...args).map((byte) => byte ^ 1),
    });
  const endpoint = (plain: Endpoint): Endpoint =>
    over(plain, {
      dial: async (...args) => connection(await plain.dial(...args)),
      accept: async () => {
        const accepted = await plain.accept();
        return accepted && connection(accepted);
      },
    });
  return { bind: async (options) => endpoint(await inner.bind(options)) };
}
