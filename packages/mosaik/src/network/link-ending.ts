import type { BiStream, CloseInfo, Connection } from "@mosaik/iroh/transport";
import type { CloseCode } from "./close-codes.js";

/** What a link ends with its close code, and hears the peer's from. */
export interface LinkEnding {
  /** Why it ended; resolves once, never rejects. */
  readonly closed: Promise<CloseInfo>;
  /** The reason, once there is one. */
  closeInfo(): CloseInfo | undefined;
  /** A second close changes nothing. */
  close(reason: CloseCode): void;
  /** The peer reset or stopped the link's stream with a code. */
  streamRefused(code: number): void;
  /** Both sides have ended the stream cleanly. */
  streamFinished(): void;
  /** Told, in a later turn, that the stream was closed where its receiving half does not say so by itself. */
  onStreamClosed: (info: CloseInfo) => void;
}

/** A connection of the link's own: the close code is that of the connection (spec 01 §6). */
export class ConnectionEnding implements LinkEnding {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get closed(): Promise<CloseInfo> {
    return this.#connection.closed;
  }

  closeInfo(): CloseInfo | undefined {
    return this.#connection.closeInfo();
  }

  close({ code, name }: CloseCode): void {
    this.#connection.close(code, name);
  }

  // The peer says why by closing the connection, which is what counts.
  streamRefused(): void {}

  streamFinished(): void {}

  onStreamClosed = (): void => {};
}

const NO_REASON = new Uint8Array(0);

/**
 * One stream of a connection that others use too (spec 08 §1): the close code is that of a reset and of a stop, and the connection
 * lives on. Whoever owns the connection tells when it ends.
 */
export class StreamEnding implements LinkEnding {
  readonly closed: Promise<CloseInfo>;
  onStreamClosed: (info: CloseInfo) => void = () => {};
  readonly #stream: BiStream;
  #info: CloseInfo | undefined;
  #resolveClosed!: (info: CloseInfo) => void;

  constructor(stream: BiStream) {
    this.#stream = stream;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
  }

  closeInfo(): CloseInfo | undefined {
    return this.#info;
  }

  close({ code }: CloseCode): void {
    this.#endStream({ by: "local", code, reason: NO_REASON });
  }

  streamRefused(code: number): void {
    this.#endStream({ by: "peer", code, reason: NO_REASON });
  }

  streamFinished(): void {
    this.#settle({ by: "peer", code: 200, reason: NO_REASON });
  }

  /** The connection ended, and the stream with it. */
  connectionClosed(info: CloseInfo): void {
    this.#settle(info);
  }

  #endStream(info: CloseInfo & { readonly code: number }): void {
    if (this.#info !== undefined) return;
    this.#stream.send.reset(info.code);
    this.#stream.recv.stop(info.code);
    this.#settle(info);
    void this.closed.then((closed) => this.onStreamClosed(closed));
  }

  #settle(info: CloseInfo): void {
    if (this.#info !== undefined) return;
    this.#info = info;
    this.#resolveClosed(info);
  }
}
