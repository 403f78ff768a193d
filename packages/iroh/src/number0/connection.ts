import { requireBytes, requireClose } from "../arguments.js";
import { connectionClosed } from "../failure.js";
import {
  TransportError,
  type BiStream,
  type CloseInfo,
  type Connection,
  type ConnectionPath,
  type EndpointId,
  type RecvStream,
  type SendStream,
} from "../transport.js";
import type { BoundBiStream, BoundConnection } from "./binding.js";
import { Number0RecvStream } from "./recv-stream.js";
import { Number0SendStream } from "./send-stream.js";
import type { StreamHalf, StreamOwner } from "./stream-owner.js";
import { closeInfoOf, streamFailureOf, wordsOf } from "./words.js";

/** A connection; it keeps its streams, and its endpoint keeps it, until it has ended. */
export class Number0Connection implements Connection, StreamOwner {
  readonly remoteId: EndpointId;
  readonly alpn: string;
  readonly side: "dialler" | "acceptor";
  readonly closed: Promise<CloseInfo>;
  readonly #bound: BoundConnection;
  readonly #halves = new Set<StreamHalf>();
  #info: CloseInfo | undefined;
  #resolveClosed!: (info: CloseInfo) => void;

  constructor(bound: BoundConnection, side: "dialler" | "acceptor") {
    this.#bound = bound;
    this.side = side;
    this.remoteId = bound.remoteId().toString();
    this.alpn = new TextDecoder().decode(Uint8Array.from(bound.alpn()));
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    void this.#watchEnd();
  }

  async openBi(): Promise<BiStream> {
    return this.#bi(await this.#attempt(() => this.#bound.openBi(), false));
  }

  async acceptBi(): Promise<BiStream> {
    return this.#bi(await this.#attempt(() => this.#bound.acceptBi(), true));
  }

  async openUni(): Promise<SendStream> {
    return new Number0SendStream(await this.#attempt(() => this.#bound.openUni(), false), this);
  }

  async acceptUni(): Promise<RecvStream> {
    return new Number0RecvStream(await this.#attempt(() => this.#bound.acceptUni(), true), this);
  }

  close(code: number, reason: string | Uint8Array): void {
    const bytes = requireClose(code, reason);
    // The peer may have been first, which the event loop has not come to yet.
    if (this.#info !== undefined || this.#bound.closeReason() !== null) return;
    this.#bound.close(BigInt(code), Array.from(bytes));
    this.#conclude({ by: "local", code, reason: bytes.slice() });
  }

  closeInfo(): CloseInfo | undefined {
    return this.#info;
  }

  exportKeyingMaterial(_lengthBytes: number, label: Uint8Array, context: Uint8Array): Uint8Array {
    requireBytes(label, "the label of an export");
    requireBytes(context, "the context of an export");
    if (this.#info !== undefined) throw connectionClosed(this.#info);
    throw new TransportError(
      "exporterUnavailable",
      "@number0/iroh exports no keying material: the native part of @mosaik/iroh does",
    );
  }

  /** The binding rounds down to whole milliseconds: the middle of what it may have been. */
  rttMicros(): number | undefined {
    const path = this.#path();
    return path === undefined ? undefined : path.rttMs * 1_000 + 500;
  }

  path(): ConnectionPath | undefined {
    const path = this.#path();
    return path === undefined ? undefined : { kind: path.isRelay ? "relay" : "direct", remote: path.remoteAddr };
  }

  keep(half: StreamHalf): void {
    if (this.#info === undefined) this.#halves.add(half);
    else half.connectionEnded(connectionClosed(this.#info), this.#info);
  }

  release(half: StreamHalf): void {
    this.#halves.delete(half);
  }

  async failureOf(error: unknown): Promise<TransportError> {
    return streamFailureOf(wordsOf(error)) ?? connectionClosed(await this.closed);
  }

  /** Halves of streams that have not ended. */
  get keptCount(): number {
    return this.#halves.size;
  }

  /** @param canOutlive whether it may succeed after the peer has closed: with what had arrived before */
  async #attempt<T>(operation: () => Promise<T>, canOutlive: boolean): Promise<T> {
    const info = this.#info;
    if (info !== undefined && (info.by === "local" || !canOutlive)) throw connectionClosed(info);
    try {
      return await operation();
    } catch {
      throw connectionClosed(await this.closed);
    }
  }

  #bi({ send, recv }: BoundBiStream): BiStream {
    return { send: new Number0SendStream(send, this), recv: new Number0RecvStream(recv, this) };
  }

  #path(): ReturnType<BoundConnection["paths"]>[number] | undefined {
    return this.#bound.paths().find(({ isSelected }) => isSelected);
  }

  /** What the binding says of an end has lost the bytes of the reason; what it says of an operation that fails for it has them. */
  async #watchEnd(): Promise<void> {
    const end = await this.#bound.closed();
    if (this.#info !== undefined) return;
    const words = await this.#bound.openUni().then(
      () => end,
      (error: unknown) => wordsOf(error),
    );
    this.#conclude(closeInfoOf(words));
  }

  #conclude(info: CloseInfo): void {
    if (this.#info !== undefined) return;
    this.#info = info;
    this.#resolveClosed(info);
    const failure = connectionClosed(info);
    for (const half of [...this.#halves]) half.connectionEnded(failure, info);
    this.#halves.clear();
  }
}
