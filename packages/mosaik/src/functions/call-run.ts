import { TransportError } from "@mosaik/iroh/transport";
import { DecodeError, type Codec, type Reader } from "@mosaik/postcard";
import { CLOSE, describeClose } from "../network/index.js";
import { abortReason, Backoff, MosaikError, type BackoffPolicy, type PeerId } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import type { AttemptSink, CallSession } from "./call-session.js";
import { noteOutcome, type Candidate, type Candidates } from "./candidates.js";
import { Timed, type Deadlines } from "./deadlines.js";
import { FunctionError, type Attempt, type FunctionErrorCode } from "./errors.js";
import type { FunctionId } from "./ids.js";

/** Failed attempts that an error tells of. */
const ATTEMPTS_MAX = 32;
/** After these every other handler is tried once, and none of them again: they would say the same. */
const FINAL_CODES = new Set<number>([CLOSE.protocolViolation.code, CLOSE.functionHandlerFailure.code]);

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
  /** The call waits for a handler, or for one to be tried again. */
  onWaiting(run: CallRun): void;
  onEnd(run: CallRun, isCompleted: boolean): void;
}

export interface AttemptRequest {
  readonly payload: Uint8Array;
  readonly dueMs: number;
  readonly traceparent: string | undefined;
}

export interface CallRunOptions extends AttemptRequest {
  readonly isIdempotent: boolean;
  readonly signal: AbortSignal | undefined;
  readonly nowMs: number;
}

/** One call, from its first attempt to its end (spec 04 §5.3). There is at most one attempt at a time. */
export class CallRun extends Timed implements AttemptRequest {
  readonly payload: Uint8Array;
  readonly traceparent: string | undefined;
  readonly #context: CallRunContext;
  readonly #options: CallRunOptions;
  readonly #resolve: (response: unknown) => void;
  readonly #reject: (error: unknown) => void;
  #isOver = false;
  #candidate: Candidate | undefined;
  #attempt: AttemptOfRun | undefined;
  #attemptSinceMs: number;
  #tried: Set<PeerId> | undefined;
  #introducedTo: Set<PeerId> | undefined;
  #failed: Attempt[] | undefined;
  #lastCause: unknown;
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
    this.payload = options.payload;
    this.traceparent = options.traceparent;
    this.#attemptSinceMs = options.nowMs;
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
    const last = this.#failed?.at(-1);
    if (this.#attempt !== undefined) return this.#giveUp("timeout", "no answer in time", this.#lastCause);
    if (last === undefined) return this.#giveUp("unavailable", "there was no handler", this.#lastCause);
    this.#giveUp(codeOf(last), `no handler took the call, the last one ${wordsOf(last)}`, this.#lastCause);
  }

  /** Ends the call because its caller is closed. */
  close(): void {
    this.#giveUp("closed", "the caller was closed", undefined);
  }

  /** Handlers came: a call that waits goes on with those that it has not tried. */
  candidatesChanged(): void {
    if (this.#isOver || this.#attempt !== undefined) return;
    if (this.#context.candidates.hasUntried(this.#tried ?? NOBODY)) this.#next(this.#context.runtime.monoMs());
    else this.#context.onWaiting(this);
  }

  answered(attempt: AttemptOfRun, isError: boolean, payload: Reader): void {
    const candidate = this.#endAttempt(attempt);
    if (candidate === undefined) return;
    const nowMs = this.#context.runtime.monoMs();
    if (candidate.failures > 0) noteOutcome(candidate, false, nowMs);
    let value: unknown;
    try {
      value = (isError ? this.#context.errorCodec : this.#context.responseCodec).read(payload);
    } catch (cause) {
      if (!(cause instanceof DecodeError)) this.#context.runtime.report(cause, "decoding an answer");
      this.#note(candidate, "decode", undefined, true);
      return this.#fail("decode", "the answer does not decode", { cause, peer: candidate.peer });
    }
    if (isError)
      return this.#fail("application", "the function answered with an error", { error: value, peer: candidate.peer });
    this.#over(true);
    this.#resolve(value);
  }

  refused(attempt: AttemptOfRun, closeCode: number, mayHaveRun: boolean): void {
    const candidate = this.#endAttempt(attempt);
    if (candidate === undefined) return;
    const { peer } = candidate;
    this.#note(candidate, "rejected", closeCode, mayHaveRun);
    if (closeCode === CLOSE.unknownPeer.code && this.#introducedTo?.has(peer) !== true) {
      (this.#introducedTo ??= new Set()).add(peer);
      return this.#afterIntroduction(candidate);
    }
    this.#failedWith(candidate, mayHaveRun);
  }

  lost(attempt: AttemptOfRun, cause: unknown, mayHaveRun: boolean): void {
    const candidate = this.#endAttempt(attempt);
    if (candidate === undefined) return;
    this.#lastCause = cause;
    const isOurs = !(cause instanceof MosaikError || cause instanceof TransportError);
    if (isOurs) this.#context.runtime.report(cause, "an attempt of a call");
    this.#note(candidate, "transport", undefined, mayHaveRun);
    this.#failedWith(candidate, mayHaveRun);
  }

  #next(nowMs: number): void {
    const { candidates } = this.#context;
    const candidate = candidates.pick(this.#tried, nowMs);
    if (candidate === undefined) return this.#noneLeft();
    this.#try(candidate, nowMs);
  }

  #try(candidate: Candidate, nowMs: number): void {
    const { dueMs } = this.#options;
    const attempt = (this.#attempt = new AttemptOfRun(this));
    this.#candidate = candidate;
    this.#attemptSinceMs = nowMs;
    candidate.outstanding++;
    this.#context.onAttempt();
    const session = candidate.isLocal ? undefined : this.#context.session(candidate.peer);
    if (session === undefined) {
      attempt.controller = new AbortController();
      return this.#context.attempt(candidate, this.#options, attempt, attempt.controller.signal);
    }
    attempt.session = session;
    attempt.sent();
    const leftMs = dueMs - nowMs;
    const { functionId } = this.#context;
    attempt.id = session.call(attempt, functionId, this.payload, nowMs, timeoutField(leftMs), this.traceparent);
  }

  /** Every handler was tried, or there is none. */
  #noneLeft(): void {
    const { candidates, runtime } = this.#context;
    const last = this.#failed?.at(-1);
    const isFinal = last?.closeCode !== undefined && FINAL_CODES.has(last.closeCode);
    if (isFinal && candidates.size > 0) {
      return this.#fail("rejected", `every handler refused, the last one ${wordsOf(last)}`, {
        closeCode: last.closeCode,
        peer: last.peer,
      });
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
    const last = this.#failed!.at(-1)!;
    if (mayHaveRun && !this.#options.isIdempotent) {
      return this.#fail(codeOf(last), `it is unknown whether the function ran: the handler ${wordsOf(last)}`, {
        closeCode: last.closeCode,
        peer: candidate.peer,
        cause: this.#lastCause,
      });
    }
    (this.#tried ??= new Set()).add(candidate.peer);
    this.#next(nowMs);
  }

  /** The handler did not know us: it is tried once more after a sync (spec 04 §5.3). */
  #afterIntroduction(candidate: Candidate): void {
    // Stands for an attempt under way, so that nothing else begins meanwhile.
    const pause = (this.#attempt = new AttemptOfRun(this));
    this.#candidate = candidate;
    candidate.outstanding++;
    void this.#context.introduce(candidate.peer).then(() => {
      if (this.#endAttempt(pause) !== undefined) this.#try(candidate, this.#context.runtime.monoMs());
    });
  }

  /** @returns the handler of the attempt, if that is still the one under way */
  #endAttempt(attempt: AttemptOfRun): Candidate | undefined {
    if (this.#isOver || this.#attempt !== attempt) return undefined;
    this.#attempt = undefined;
    const candidate = this.#candidate!;
    candidate.outstanding--;
    return candidate;
  }

  #note({ peer }: Candidate, outcome: Attempt["outcome"], closeCode: number | undefined, mayHaveRun: boolean): void {
    const tookMs = this.#context.runtime.monoMs() - this.#attemptSinceMs;
    const failed = (this.#failed ??= []);
    failed.push({ peer, outcome, closeCode, mayHaveRun, tookMs });
    if (failed.length > ATTEMPTS_MAX) failed.shift();
  }

  /** Ends the call where an attempt may be under way: its handler is told. */
  #giveUp(code: FunctionErrorCode, message: string, cause: unknown): void {
    if (this.#isOver) return;
    const attempt = this.#attempt;
    const candidate = this.#candidate;
    const last = this.#failed?.at(-1);
    if (attempt !== undefined && candidate !== undefined) {
      this.#note(candidate, "abandoned", undefined, attempt.mayHaveRun);
      candidate.outstanding--;
      attempt.cancel();
    }
    this.#fail(code, message, {
      cause,
      closeCode: code === "rejected" ? last?.closeCode : undefined,
      peer: last?.peer,
    });
  }

  #fail(
    code: FunctionErrorCode,
    message: string,
    details: { cause?: unknown; error?: unknown; closeCode?: number | undefined; peer?: PeerId | undefined },
  ): void {
    this.#over(code === "application");
    const text = `a call of function ${this.#context.functionId.short()} failed: ${message}`;
    this.#reject(new FunctionError(code, text, { ...details, attempts: this.#failed ?? [] }));
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

/** One attempt: what its session or connection tells of it counts only while it is the one under way. */
class AttemptOfRun implements AttemptSink {
  session: CallSession | undefined;
  id = 0;
  controller: AbortController | undefined;
  /** Whether the request may have left this node. */
  mayHaveRun = false;
  readonly #run: CallRun;

  constructor(run: CallRun) {
    this.#run = run;
  }

  sent(): void {
    this.mayHaveRun = true;
  }

  cancel(): void {
    this.session?.cancel(this.id);
    this.controller?.abort();
  }

  answered(isError: boolean, payload: Reader): void {
    this.#run.answered(this, isError, payload);
  }

  refused(code: number, mayHaveRun: boolean): void {
    this.#run.refused(this, code, mayHaveRun);
  }

  lost(cause: unknown, mayHaveRun: boolean): void {
    this.#run.lost(this, cause, mayHaveRun);
  }
}

/** What a caller tells its handler of its deadline, in whole ms; 0 says that there is none. */
export function timeoutField(leftMs: number): number {
  return leftMs === Infinity ? 0 : Math.max(1, Math.ceil(leftMs));
}

function codeOf({ outcome }: Attempt): FunctionErrorCode {
  return outcome === "rejected" ? "rejected" : "transport";
}

function wordsOf({ closeCode }: Attempt): string {
  if (closeCode === undefined) return "was lost";
  return describeClose({ by: "peer", code: closeCode, reason: new Uint8Array(0) }).replace(
    "closed by the peer",
    "refused",
  );
}
