import type { Reader } from "@mosaik/postcard";

/** What a handler is asked in an attempt. */
export interface AttemptRequest {
  readonly payload: Uint8Array;
  /** When the caller waits no longer, on the runtime's monotonic clock; `Infinity` for never. */
  readonly dueMs: number;
  readonly traceparent: string | undefined;
}

/** An attempt of a call, as whoever carries it to a handler tells of it. It ends exactly once. */
export interface AttemptSink {
  /** The request is on its way: from now on the function may run. */
  sent(): void;
  /** The request leaves as soon as it can; whether it has is to be asked there. */
  sends(request: { readonly isSent: boolean }): void;
  /** The handler answered; the reader is at the encoded value, and valid during the call only. */
  answered(isError: boolean, payload: Reader): void;
  /** The handler refused with a close code. */
  refused(code: number, mayHaveRun: boolean): void;
  /** The connection failed. */
  lost(cause: unknown, mayHaveRun: boolean): void;
}
