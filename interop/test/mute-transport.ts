import type { BiStream, Connection, Endpoint, SendStream, Transport } from "@mosaik/iroh/transport";
import { over } from "./over.js";

const GROUPS = "/mosaik/groups/";

/** Makes a node fall silent in its groups: what it sends under their protocol goes nowhere, while its connections live on. */
export class Mute {
  isMute = false;

  /** A transport over another. */
  readonly over = (inner: Transport): Transport => ({
    bind: async (options) => this.#endpoint(await inner.bind(options)),
  });

  #endpoint(plain: Endpoint): Endpoint {
    return over(plain, {
      dial: async (...args) => this.#connection(await plain.dial(...args)),
      accept: async () => {
        const accepted = await plain.accept();
        return accepted && this.#connection(accepted);
      },
    });
  }

  #connection(plain: Connection): Connection {
    if (!plain.alpn.startsWith(GROUPS)) return plain;
    return over(plain, {
      openBi: async () => this.#stream(await plain.openBi()),
      acceptBi: async () => this.#stream(await plain.acceptBi()),
      close: (...args) => (this.isMute ? undefined : plain.close(...args)),
    });
  }

  #stream({ send, recv }: BiStream): BiStream {
    const tryWrite: SendStream["tryWrite"] = (bytes) => (this.isMute ? bytes.length : send.tryWrite(bytes));
    return { send: over(send, { tryWrite }), recv };
  }
}
