import type { CloseInfo, TransportError } from "../transport.js";

/** A half of a stream, as far as its connection is concerned. */
export interface StreamHalf {
  /** The connection has ended: `info` says why, `failure` is what further operations fail with. */
  connectionEnded(failure: TransportError, info: CloseInfo): void;
}

/** Whoever holds the halves of streams: the binding ends a stream whose object is garbage. */
export interface StreamOwner {
  /** Keeps a half until `release`; tells it at once where the connection has ended. */
  keep(half: StreamHalf): void;
  release(half: StreamHalf): void;
  /** What an operation of the binding on a stream failed with. */
  failureOf(error: unknown): Promise<TransportError>;
}
