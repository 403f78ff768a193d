import type {
  BiStream,
  CloseInfo,
  Connection,
  ConnectionPath,
  RecvStream,
  SendStream,
  StreamEnd,
} from "@mosaik/iroh/transport";

/** A connection that tells how much was moved on it. */
export class MeteredConnection implements Connection {
  /** The connection itself: what is moved on it directly does not count. */
  readonly inner: Connection;
  #movedBytes = 0;

  constructor(inner: Connection) {
    this.inner = inner;
  }

  /** What the peer has sent, and what the transport has taken for it, on all streams. */
  get movedBytes(): number {
    return this.#movedBytes;
  }

  get remoteId(): string {
    return this.inner.remoteId;
  }

  get alpn(): string {
    return this.inner.alpn;
  }

  get side(): Connection["side"] {
    return this.inner.side;
  }

  get closed(): Promise<CloseInfo> {
    return this.inner.closed;
  }

  async openBi(): Promise<BiStream> {
    return this.#bi(await this.inner.openBi());
  }

  async acceptBi(): Promise<BiStream> {
    return this.#bi(await this.inner.acceptBi());
  }

  async openUni(): Promise<SendStream> {
    return this.#send(await this.inner.openUni());
  }

  async acceptUni(): Promise<RecvStream> {
    return this.#recv(await this.inner.acceptUni());
  }

  close(code: number, reason: string | Uint8Array): void {
    this.inner.close(code, reason);
  }

  closeInfo(): CloseInfo | undefined {
    return this.inner.closeInfo();
  }

  exportKeyingMaterial(lengthBytes: number, label: Uint8Array, context: Uint8Array): Uint8Array {
    return this.inner.exportKeyingMaterial(lengthBytes, label, context);
  }

  rttMicros(): number | undefined {
    return this.inner.rttMicros();
  }

  #bi({ send, recv }: BiStream): BiStream {
    return { send: this.#send(send), recv: this.#recv(recv) };
  }

  #send(stream: SendStream): SendStream {
    return {
      tryWrite: (bytes) => {
        const taken = stream.tryWrite(bytes);
        this.#movedBytes += taken;
        return taken;
      },
      drained: () => stream.drained(),
      finish: () => stream.finish(),
      acknowledged: () => stream.acknowledged(),
      reset: (code) => stream.reset(code),
    };
  }

  path(): ConnectionPath | undefined {
    return this.inner.path();
  }

  #recv(stream: RecvStream): RecvStream {
    return {
      start: (onChunk: (chunk: Uint8Array) => void, onEnd: (end: StreamEnd) => void, creditBytes: number) => {
        const onMetered = (chunk: Uint8Array): void => {
          this.#movedBytes += chunk.length;
          onChunk(chunk);
        };
        stream.start(onMetered, onEnd, creditBytes);
      },
      grant: (bytes) => stream.grant(bytes),
      cutAtFrames: (frameBytesMax) => stream.cutAtFrames?.(frameBytesMax),
      stop: (code) => stream.stop(code),
    };
  }
}
