import type { BiStream, Connection, SendStream, Transport } from "@mosaik/iroh/transport";
import { over, overConnections, overStreams } from "./over.js";

const GROUPS = "/mosaik/groups/";

/** Makes a node fall silent in its groups: what it sends under their protocol goes nowhere, while its connections live on. */
export class Mute {
  isMute = false;

  /** A transport over another. */
  readonly over = (inner: Transport): Transport => overConnections(inner, (plain) => this.#connection(plain));

  #connection(plain: Connection): Connection {
    if (!plain.alpn.startsWith(GROUPS)) return plain;
    const close: Connection["close"] = (...args) => (this.isMute ? undefined : plain.close(...args));
    return over(
      overStreams(plain, (stream) => this.#stream(stream)),
      { close },
    );
  }

  #stream({ send, recv }: BiStream): BiStream {
    const tryWrite: SendStream["tryWrite"] = (bytes) => (this.isMute ? bytes.length : send.tryWrite(bytes));
    return { send: over(send, { tryWrite }), recv };
  }
}
