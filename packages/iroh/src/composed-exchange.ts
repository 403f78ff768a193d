/**
 * An exchange made of the single operations of an endpoint, for transports that have nothing faster: `Endpoint.exchange` of theirs returns
 * one.
 */
import { invalid, requireAddr, requireAlpns, requireBytes, requireClose, requireU32 } from "./arguments.js";
import {
  TransportError,
  type BiStream,
  type Connection,
  type Endpoint,
  type EndpointAddr,
  type Exchange,
  type RecvStream,
} from "./transport.js";

const HEADER_BYTES = 4;
/** What the peer may send before it is read, in bytes. */
const CREDIT_BYTES = 64 * 1024;

/** What is exchanged, and with whom. */
export interface ExchangeOptions {
  readonly addr: EndpointAddr;
  readonly alpn: string;
  readonly message: Uint8Array;
  readonly answerBytesMax: number;
}

/** An exchange made of the single operations of an endpoint. */
export class ComposedExchange implements Exchange {
  readonly answer: Promise<Uint8Array>;
  readonly #dial = new AbortController();
  #cancel!: (error: TransportError) => void;
  #connection: Connection | undefined;
  #isSent = false;
  #isClosed = false;

  /** @throws TransportError `invalidArgument` */
  constructor(endpoint: Pick<Endpoint, "dial">, options: ExchangeOptions) {
    requireAddr(options.addr);
    requireAlpns([options.alpn]);
    requireBytes(options.message, "the message of an exchange");
    if (options.message.length === 0) throw invalid("the message of an exchange has at least 1 byte");
    requireU32(options.answerBytesMax, "the longest answer of an exchange");
    const cancelled = new Promise<never>((_, reject) => (this.#cancel = reject));
    const copied = { ...options, message: options.message.slice() };
    this.answer = Promise.race([this.#run(endpoint, copied), cancelled]);
  }

  get isSent(): boolean {
    return this.#isSent;
  }

  close(code: number, reason: string | Uint8Array): void {
    const bytes = requireClose(code, reason);
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#dial.abort();
    this.#connection?.close(code, bytes);
    this.#cancel(new TransportError("cancelled", "the exchange was closed"));
  }

  async #run(endpoint: Pick<Endpoint, "dial">, options: ExchangeOptions): Promise<Uint8Array> {
    this.#connection = await endpoint.dial(options.addr, [options.alpn], { signal: this.#dial.signal });
    if (this.#isClosed) this.#connection.close(0, "");
    const stream = await this.#connection.openBi();
    this.#isSent = true;
    const answer = readAnswer(stream.recv, options.answerBytesMax);
    await Promise.all([writeAll(stream, options.message), answer]);
    return answer;
  }
}

async function writeAll({ send }: BiStream, message: Uint8Array): Promise<void> {
  for (let rest = message; ; await send.drained()) {
    rest = rest.subarray(send.tryWrite(rest));
    if (rest.length === 0) return;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function readAnswer(recv: RecvStream, bytesMax: number): Promise<Uint8Array> {
  let received = new Uint8Array(0);
  return new Promise((resolve, reject) => {
    recv.start(
      (chunk) => {
        received = joined(received, chunk);
        recv.grant(chunk.length);
        if (received.length < HEADER_BYTES) return;
        const length = new DataView(received.buffer).getUint32(0);
        const message = `an answer of ${length} bytes is over the limit of ${bytesMax}`;
        if (length > bytesMax) reject(new TransportError("tooLarge", message));
        else if (received.length >= HEADER_BYTES + length) resolve(received.slice(HEADER_BYTES, HEADER_BYTES + length));
      },
      (end) => {
        if (end.kind === "closed") {
          reject(new TransportError("closed", "the connection is closed", { closeInfo: end.info }));
        } else if (end.kind === "reset") {
          reject(new TransportError("reset", "the peer reset the stream", { streamCode: end.code }));
        } else {
          const code = received.length === 0 ? "ended" : "truncated";
          reject(new TransportError(code, `the stream is ${code}`));
        }
      },
      CREDIT_BYTES,
    );
  });
}
