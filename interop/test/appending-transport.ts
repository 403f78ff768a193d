import type { BiStream, SendStream, Transport } from "@mosaik/iroh/transport";
import { overConnections, overStreams } from "./over.js";

const HEADER_BYTES = 4;

/**
 * A transport over another that appends bytes to every frame which its nodes send under some protocols: what a newer node with more to
 * say looks like to its peers.
 */
export function appendingTransport(inner: Transport, alpns: ReadonlySet<string>, suffix: Uint8Array): Transport {
  const stream = ({ send, recv }: BiStream): BiStream => ({ send: new AppendingStream(send, suffix), recv });
  return overConnections(inner, (plain) => (alpns.has(plain.alpn) ? overStreams(plain, stream) : plain));
}

/** Takes frames apart and sends them on longer by the suffix. */
class AppendingStream implements SendStream {
  /** The beginning of a frame that is not complete yet. */
  #begun = new Uint8Array(0);
  /** What is complete and has not been taken by the stream below. */
  #ready = new Uint8Array(0);

  constructor(
    private readonly inner: SendStream,
    private readonly suffix: Uint8Array,
  ) {}

  tryWrite(bytes: Uint8Array): number {
    if (!this.#flush()) return 0;
    this.#begun = joined(this.#begun, bytes);
    for (;;) {
      if (this.#begun.length < HEADER_BYTES) break;
      const length = new DataView(this.#begun.buffer, this.#begun.byteOffset).getUint32(0);
      const end = HEADER_BYTES + length;
      if (this.#begun.length < end) break;
      const header = new Uint8Array(HEADER_BYTES);
      new DataView(header.buffer).setUint32(0, length + this.suffix.length);
      this.#ready = joined(this.#ready, header, this.#begun.subarray(HEADER_BYTES, end), this.suffix);
      this.#begun = this.#begun.slice(end);
    }
    this.#flush();
    return bytes.length;
  }

  async drained(): Promise<void> {
    do await this.inner.drained();
    while (!this.#flush());
  }

  finish(): void {
    void this.drained().then(
      () => this.inner.finish(),
      () => undefined,
    );
  }

  acknowledged(): Promise<void> {
    return this.inner.acknowledged();
  }

  reset(code: number): void {
    this.inner.reset(code);
  }

  /** Whether everything that is complete has been taken. */
  #flush(): boolean {
    if (this.#ready.length > 0) this.#ready = this.#ready.slice(this.inner.tryWrite(this.#ready));
    return this.#ready.length === 0;
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
