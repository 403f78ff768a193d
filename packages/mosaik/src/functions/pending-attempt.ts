import type { Reader } from "@mosaik/postcard";
import type { AttemptSink } from "./attempt.js";
import type { CallSession } from "./call-session.js";
import type { Candidate } from "./candidates.js";

/** The call that an attempt belongs to. What it is told counts only while that attempt is the one under way. */
export interface AttemptOwner {
  answered(attempt: PendingAttempt, isError: boolean, payload: Reader): void;
  refused(attempt: PendingAttempt, closeCode: number, mayHaveRun: boolean): void;
  lost(attempt: PendingAttempt, cause: unknown, mayHaveRun: boolean): void;
}

/** One attempt of a call, with one handler, from its beginning to its end. */
export class PendingAttempt implements AttemptSink {
  readonly candidate: Candidate;
  /** When it began, on the runtime's monotonic clock. */
  readonly sinceMs: number;
  /** The stream of calls that it was made on, and its id there. */
  session: CallSession | undefined;
  id = 0;
  /** Gives it up where it was made otherwise. */
  controller: AbortController | undefined;
  #isSent = false;
  #request: { readonly isSent: boolean } | undefined;
  readonly #owner: AttemptOwner;

  constructor(owner: AttemptOwner, candidate: Candidate, sinceMs: number) {
    this.#owner = owner;
    this.candidate = candidate;
    this.sinceMs = sinceMs;
  }

  /** Tells the handler that nobody waits any more. */
  cancel(): void {
    this.session?.cancel(this.id);
    this.controller?.abort();
  }

  /** Whether the request may have left this node. Once cancelled it does not change any more. */
  get mayHaveRun(): boolean {
    return this.#isSent || this.#request?.isSent === true;
  }

  sent(): void {
    this.#isSent = true;
  }

  sends(request: { readonly isSent: boolean }): void {
    this.#request = request;
  }

  answered(isError: boolean, payload: Reader): void {
    this.#owner.answered(this, isError, payload);
  }

  refused(code: number, mayHaveRun: boolean): void {
    this.#owner.refused(this, code, mayHaveRun);
  }

  lost(cause: unknown, mayHaveRun: boolean): void {
    this.#owner.lost(this, cause, mayHaveRun);
  }
}
