import { requireBytes, requireClose, requireInteger } from "./arguments.js";
import { connectionClosed, transportError } from "./failure.js";
import type { Mailbox, Operation } from "./mailbox.js";
import type { NativeBiStream, NativeConnection, NativeRecvStream, NativeSendStream } from "./native.js";
import { IrohRecvStream } from "./recv-stream.js";
import { IrohSendStream } from "./send-stream.js";
import type {
  BiStream,
  CloseInfo,
  Connection,
  ConnectionPath,
  EndpointId,
  RecvStream,
  SendStream,
} from "./transport.js";

/** HKDF-Expand gives at most 255 blocks of SHA-256 (RFC 5869 §2.3). */
const exportedBytesMax = 255 * 32;

/** A connection; its endpoint's mailbox keeps it until it has ended. */
export class IrohConnection implements Connection {
  readonly remoteId: EndpointId;
  readonly alpn: string;
  readonly side: "dialler" | "acceptor";
  readonly closed: Promise<CloseInfo>;
  readonly #native: NativeConnection;
  readonly #mailbox: Mailbox;
  #closeInfo: CloseInfo | undefined;

  constructor(native: NativeConnection, mailbox: Mailbox) {
    this.#native = native;
    this.#mailbox = mailbox;
    this.remoteId = native.remoteId;
    this.alpn = native.alpn;
    this.side = native.isDialler ? "dialler" : "acceptor";
    this.closed = new Promise((resolve) => {
      mailbox.keepConnection(native.id, (info) => resolve((this.#closeInfo ??= info)));
    });
  }

  openBi(): Promise<BiStream> {
    return this.#begin<BiStream>((operation) => {
      const stream = this.#native.openBi(operation.number);
      if (stream !== null) operation.resolve(this.#bi(stream));
    }, this.#bi);
  }

  openUni(): Promise<SendStream> {
    return this.#begin<SendStream>((operation) => {
      const stream = this.#native.openUni(operation.number);
      if (stream !== null) operation.resolve(new IrohSendStream(stream, this.#mailbox));
    }, this.#send);
  }

  acceptBi(): Promise<BiStream> {
    return this.#begin<BiStream>(({ number }) => this.#native.acceptBi(number), this.#bi);
  }

  acceptUni(): Promise<RecvStream> {
    return this.#begin<RecvStream>(({ number }) => this.#native.acceptUni(number), this.#recv);
  }

  close(code: number, reason: string | Uint8Array): void {
    this.#native.close(code, requireClose(code, reason));
  }

  closeInfo(): CloseInfo | undefined {
    this.#closeInfo ??= this.#native.closeInfo() ?? undefined;
    return this.#closeInfo;
  }

  exportKeyingMaterial(lengthBytes: number, label: Uint8Array, context: Uint8Array): Uint8Array {
    requireInteger(lengthBytes, "the length of exported keying material", 1, exportedBytesMax);
    requireBytes(label, "the label of an export");
    requireBytes(context, "the context of an export");
    const exported = this.#native.exportKeyingMaterial(lengthBytes, label, context);
    if (exported instanceof Uint8Array) return exported;
    throw transportError(exported);
  }

  rttMicros(): number | undefined {
    return this.#native.rttMicros() ?? undefined;
  }

  path(): ConnectionPath | undefined {
    return this.#native.path() ?? undefined;
  }

  #begin<T>(start: (operation: Operation<T>) => void, convert: (value: unknown) => T): Promise<T> {
    const info = this.closeInfo();
    return info === undefined ? this.#mailbox.begin(start, convert).promise : Promise.reject(connectionClosed(info));
  }

  readonly #send = (stream: unknown): SendStream => new IrohSendStream(stream as NativeSendStream, this.#mailbox);
  readonly #recv = (stream: unknown): RecvStream => new IrohRecvStream(stream as NativeRecvStream, this.#mailbox);
  readonly #bi = (stream: unknown): BiStream => {
    const { send, recv } = stream as NativeBiStream;
    return { send: this.#send(send), recv: this.#recv(recv) };
  };
}
