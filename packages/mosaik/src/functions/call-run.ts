import { TransportError } from "@mosaik/iroh/transport";
import { DecodeError, type Codec, type Reader } from "@mosaik/postcard";
import { CLOSE, NetworkError, type Followed } from "../network/index.js";
import { abortReason, Backoff, MosaikError, type BackoffPolicy, type PeerId } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import type { AttemptRequest, AttemptSink } from "./attempt.js";
import type { CallSession } from "./call-session.js";
import { noteOutcome, type Candidate, type Candidates } from "./candidates.js";
import { Timed, type Deadlines } from "./deadlines.js";
import { FunctionError, type Attempt, type FunctionErrorCode, type FunctionErrorDetails } from "./errors.js";
import { errorCodeOf, FailedAttempts, isFinal, wordsOf } from "./failed-attempts.js";
import type { FunctionId } from "./ids.js";
import { PendingAttempt, type AttemptOwner } from "./pending-attempt.js";
import { timeoutField } from "./protocol.js";

/** What a call needs of its caller. */
export interface CallRunContext {
  readonly runtime: Runtime;
  readonly deadlines: Deadlines;
  readonly functionId: FunctionId;
  readonly candidates: Candidates;
  readonly responseCodec: Codec<unknown>;
  readonly errorCodec: Codec<unknown>;
  readonly backoff: BackoffPolicy;
  session(peer: PeerId): CallSession | undefined;
  /** Makes an attempt over a way that has to be found first, or in this node; tells the sink. */
  attempt(candidate: Candidate, request: AttemptRequest, sink: AttemptSink, signal: AbortSignal): void;
  /** Makes this node known to a peer. Never rejects. */
  introduce(peer: PeerId): Promise<void>;
  onAttempt(): void;
  /** The call is to hear of the next change of the handlers: it waits for one, or for one to be reached. */
  onWaiting(run: CallRun): void;
  onEnd(run: CallRun, isCompleted: boolean): void;
}

export interface CallRunOptions extends AttemptRequest {
  readonly isIdempotent: boolean;
  readonly signal: AbortSignal | undefined;
  readonly nowMs: number;
  /** Who is to hear how the call ends. Default: nobody. */
  readonly followed?: Followed | undefined;
}

/** One call, from its first attempt to its end (spec 04 §5.3). There is at most one attempt at a time. */
export class CallRun extends Timed implements AttemptOwner {
  readonly #context: CallRunContext;
  readonly #options: CallRunOptions;
  readonly #resolve: (response: unknown) => void;
  readonly #reject: (error: unknown) => void;
  #isOver = false;
  #attempt: PendingAttempt | undefined;
  #tried: Set<PeerId> | undefined;
  #introducedTo: Set<PeerId> | undefined;
  #failed: FailedAttempts | undefined;
  #backoff: Backoff | undefined;
  #cancelRound: (() => void) | undefined;

  constructor(
    context: CallRunContext,
    options: CallRunOptions,
    resolve: (response: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super();
    this.#context = context;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { signal, dueMs, nowMs } = this.#options;
    signal?.addEventListener("abort", this);
    this.#context.deadlines.add(this, dueMs);
    this.#next(nowMs);
  }

  /** The caller's signal has aborted. */
  handleEvent(): void {
    this.#giveUp("cancelled", "the call was cancelled", abortReason(this.#options.signal!));
  }

  override onDue(): void {
    if (this.#isOver) return;
    const failed = this.#failed;
    if (this.#attempt !== undefined) {
      // It may be dead, and is the nearest: the next call shall not wait for it too.
      noteOutcome(this.#attempt.candidate, true, this.#context.runtime.monoMs());
      const before = failed === undefined ? "" : `; before, a handler ${wordsOf(failed.last)}`;
      return this.#giveUp("timeout", `no answer in time${before}`, failed?.cause);
    }
    if (failed === undefined) return this.#giveUp("unavailable", "there was no handler", undefined);
    const { last, cause } = failed;
    this.#giveUp(errorCodeOf(last), `no handler took the call, the last one ${wordsOf(last)}`, cause);
  }

  /** Ends the call because its caller is closed. */
  close(): void {
    this.#giveUp("closed", "the caller was closed", undefined);
  }

  /** Handlers came or went: a call that waits goes on with those that it has not tried, one whose handler is gone before it was reached too. */
  candidatesChanged(): void {
    if (this.#isOver) return;
    if (this.#attempt !== undefined) return this.#checkReaching(this.#attempt);
    if (this.#context.candidates.hasUntried(this.#tried ?? NOBODY)) this.#next(this.#context.runtime.monoMs());
    else this.#context.onWaiting(this);
  }

  answered(attempt: PendingAttempt, isError: boolean, payload: Reader): void {
    if (!this.#endAttempt(attempt)) return;
    const { candidate } = attempt;
    const { peer } = candidate;
    if (candidate.failures > 0) noteOutcome(candidate, false, this.#context.runtime.monoMs());
    let value: unknown;
    try {
      value = (isError ? this.#context.errorCodec : this.#context.responseCodec).read(payload);
    } catch (cause) {
      if (!(cause instanceof DecodeError)) this.#context.runtime.report(cause, "decoding an answer");
      this.#note(attempt, "decode", undefined, true);
      return this.#fail("decode", "the answer does not decode", { cause, peer });
    }
    if (isError) return this.#fail("application", "the function answered with an error", { error: value, peer });
    this.#over(true);
    this.#options.followed?.end({ peer });
    this.#resolve(value);
  }

  refused(attempt: PendingAttempt, closeCode: number, mayHaveRun: boolean): void {
    if (!this.#endAttempt(attempt)) return;
    const { peer } = attempt.candidate;
    this.#note(attempt, "rejected", closeCode, mayHaveRun);
    if (closeCode === CLOSE.unknownPeer.code && this.#introducedTo?.has(peer) !== true) {
      (this.#introducedTo ??= new Set()).add(peer);
      return this.#afterIntroduction(attempt);
    }
    this.#failedWith(attempt.candidate, mayHaveRun);
  }

  lost(attempt: PendingAttempt, cause: unknown, mayHaveRun: boolean): void {
    if (!this.#endAttempt(attempt)) return;
    const isOurs = !(cause instanceof MosaikError || cause instanceof TransportError);
    if (isOurs) this.#context.runtime.report(cause, "an attempt of a call");
    this.#note(attempt, "transport", undefined, mayHaveRun, cause);
    this.#failedWith(attempt.candidate, mayHaveRun);
  }

  #next(nowMs: number): void {
    const { candidates } = this.#context;
    const candidate = candidates.pick(this.#tried, nowMs);
    if (candidate === undefined) return this.#noneLeft();
    this.#try(candidate, nowMs);
  }

  #try(candidate: Candidate, nowMs: number): void {
    const attempt = this.#begin(candidate, nowMs);
    this.#context.onAttempt();
    const session = candidate.isLocal ? undefined : this.#context.session(candidate.peer);
    if (session === undefined) {
      attempt.controller = new AbortController();
      if (!candidate.isLocal) this.#context.onWaiting(this);
      return this.#context.attempt(candidate, this.#options, attempt, attempt.controller.signal);
    }
    attempt.session = session;
    attempt.sent();
    const { payload, dueMs, traceparent } = this.#options;
    const { functionId } = this.#context;
    attempt.id = session.call(attempt, functionId, payload, nowMs, timeoutField(dueMs - nowMs), traceparent);
  }

  #begin(candidate: Candidate, sinceMs: number): PendingAttempt {
    candidate.outstanding++;
    return (this.#attempt = new PendingAttempt(this, candidate, sinceMs));
  }

  /** A dial of a handler that has left would take its whole time. */
  #checkReaching(attempt: PendingAttempt): void {
    const { candidate, controller } = attempt;
    if (candidate.isLocal || controller === undefined || attempt.mayHaveRun) return;
    if (this.#context.candidates.has(candidate.peer)) return this.#context.onWaiting(this);
    attempt.cancel();
    const cause = new NetworkError("unreachable", `handler ${candidate.peer.short()} has left`);
    this.lost(attempt, cause, attempt.mayHaveRun);
  }

  /** Every handler was tried, or there is none. */
  #noneLeft(): void {
    const { candidates, runtime } = this.#context;
    const last = this.#failed?.last;
    if (last !== undefined && isFinal(last) && candidates.size > 0) {
      const { closeCode, peer } = last;
      return this.#fail("rejected", `every handler refused, the last one ${wordsOf(last)}`, { closeCode, peer });
    }
    // Also where those that were tried are gone by now: they may come back.
    if (this.#tried !== undefined) {
      this.#backoff ??= new Backoff(this.#context.backoff);
      this.#cancelRound ??= runtime.after(this.#backoff.nextMs(runtime.random.unit()), () => this.#newRound());
    }
    this.#context.onWaiting(this);
  }

  #newRound(): void {
    this.#cancelRound = undefined;
    this.#tried = undefined;
    this.candidatesChanged();
  }

  #failedWith(candidate: Candidate, mayHaveRun: boolean): void {
    const nowMs = this.#context.runtime.monoMs();
    noteOutcome(candidate, true, nowMs);
    if (mayHaveRun && !this.#options.isIdempotent) {
      const { last, cause } = this.#failed!;
      const { closeCode, peer } = last;
      const message = `it is unknown whether the function ran: the handler ${wordsOf(last)}`;
      return this.#fail(errorCodeOf(last), message, { closeCode, peer, cause });
    }
    (this.#tried ??= new Set()).add(candidate.peer);
    this.#next(nowMs);
  }

  /** The handler did not know us: it is tried once more after a sync (spec 04 §5.3). */
  #afterIntroduction({ candidate, sinceMs }: PendingAttempt): void {
    // Stands for an attempt under way, so that nothing else begins meanwhile.
    const pause = this.#begin(candidate, sinceMs);
    void this.#context.introduce(candidate.peer).then(() => {
      if (this.#endAttempt(pause)) this.#try(candidate, this.#context.runtime.monoMs());
    });
  }

  /** @returns whether it was the one under way */
  #endAttempt(attempt: PendingAttempt): boolean {
    if (this.#isOver || this.#attempt !== attempt) return false;
    this.#attempt = undefined;
    attempt.candidate.outstanding--;
    return true;
  }

  #note(
    { candidate: { peer }, sinceMs }: PendingAttempt,
    outcome: Attempt["outcome"],
    closeCode: number | undefined,
    mayHaveRun: boolean,
    cause?: unknown,
  ): void {
    const tookMs = this.#context.runtime.monoMs() - sinceMs;
    (this.#failed ??= new FailedAttempts()).add({ peer, outcome, closeCode, mayHaveRun, tookMs }, cause);
  }

  /** Ends the call where an attempt may be under way: its handler is told. */
  #giveUp(code: FunctionErrorCode, message: string, cause: unknown): void {
    if (this.#isOver) return;
    const attempt = this.#attempt;
    const last = this.#failed?.last;
    if (attempt !== undefined) {
      attempt.cancel();
      this.#note(attempt, "abandoned", undefined, attempt.mayHaveRun);
      attempt.candidate.outstanding--;
    }
    const closeCode = code === "rejected" ? last?.closeCode : undefined;
    this.#fail(code, message, { cause, closeCode, peer: last?.peer });
  }

  #fail(code: FunctionErrorCode, message: string, details: FunctionErrorDetails): void {
    this.#over(code === "application");
    const text = `a call of function ${this.#context.functionId.short()} failed: ${message}`;
    const error = new FunctionError(code, text, { ...details, attempts: this.#failed?.list ?? [] });
    this.#options.followed?.end({ error, peer: error.peer });
    this.#reject(error);
  }

  #over(isCompleted: boolean): void {
    this.#isOver = true;
    this.#options.signal?.removeEventListener("abort", this);
    this.#context.deadlines.remove(this);
    this.#cancelRound?.();
    this.#context.onEnd(this, isCompleted);
  }
}

const NOBODY: ReadonlySet<PeerId> = new Set();
