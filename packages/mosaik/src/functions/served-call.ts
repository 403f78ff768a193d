import type { Codec } from "@mosaik/postcard";
import { CLOSE, type CloseCode, type Followed, type PeerInfo } from "../network/index.js";
import { Timed } from "./deadlines.js";
import { ApplicationError } from "./errors.js";
import type { Registration } from "./handler.js";
import type { FunctionId } from "./ids.js";

/** What a function is told beside its request. */
export interface CallContext {
  readonly functionId: FunctionId;
  /** Who calls: its entry and round-trip time as they are now. */
  readonly caller: PeerInfo;
  /** Aborts when the answer is of no use any more: the caller is gone, has given up or waits no longer, or the handler is closed. */
  readonly signal: AbortSignal;
  /** How long the caller waits, in ms from the arrival of the call; `undefined` where it did not say, as Rust does not. */
  readonly deadlineMs: number | undefined;
  /** The caller's W3C trace context, where it gave one. */
  readonly traceparent: string | undefined;
}

/** Where the answer of a call goes. */
export interface ReplySink {
  /** @throws EncodeError, or what else the codec throws; nothing was sent then */
  reply(call: ServedCall, isError: boolean, codec: Codec<unknown>, value: unknown): void;
  /** @param mayHaveRun whether the function has begun */
  refuse(call: ServedCall, reason: CloseCode, mayHaveRun: boolean): void;
  /** The call is over, and nothing more is sent for it. */
  ended(call: ServedCall): void;
}

/** Where a call comes from. */
export interface CallOrigin {
  readonly sink: ReplySink;
  readonly caller: PeerInfo;
  readonly deadlineMs: number | undefined;
  readonly traceparent: string | undefined;
  /** The id of the call on its stream; 0 where there is none. */
  readonly id: number;
}

/** Why an `AbortSignal` of a handler fires. */
export type AbandonReason = "caller gone" | "cancelled" | "deadline" | "handler closed";

/** One run of a function (spec 04 §5.2, from step 7 on). Ends exactly once: with an answer, a refusal, or because nobody waits for it. */
export class ServedCall extends Timed implements CallContext {
  readonly id: number;
  readonly caller: PeerInfo;
  readonly deadlineMs: number | undefined;
  readonly traceparent: string | undefined;
  /** Bytes that the call keeps in memory, as its stream counts them. */
  heldBytes = 0;
  readonly #registration: Registration;
  readonly #sink: ReplySink;
  #controller: AbortController | undefined;
  #followed: Followed | undefined;
  #hasBegun = false;
  #isOver = false;

  constructor(registration: Registration, origin: CallOrigin) {
    super();
    this.#registration = registration;
    this.#sink = origin.sink;
    this.id = origin.id;
    this.caller = origin.caller;
    this.deadlineMs = origin.deadlineMs;
    this.traceparent = origin.traceparent;
  }

  get functionId(): FunctionId {
    return this.#registration.functionId;
  }

  /** Made when it is asked for: most functions never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isOver) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** Runs the function. Whatever it does, the call ends and the node goes on. */
  run(request: unknown): void {
    if (this.#isOver) return;
    this.#hasBegun = true;
    const followed = (this.#followed = this.#registration.follow(this));
    let result: unknown;
    let isLater: boolean;
    try {
      result =
        followed === undefined
          ? this.#registration.invoke(request, this)
          : followed.run(() => this.#registration.invoke(request, this));
      // Looking at `then` runs code of the program's too.
      isLater = isThenable(result);
    } catch (error) {
      this.#registration.settled();
      return this.#threw(error);
    }
    if (!isLater) {
      this.#registration.settled();
      return this.#answer(undefined, result);
    }
    // `resolve` takes whatever `then` does: it calls back once, and a `then` that throws rejects.
    Promise.resolve(result).then(
      (value) => {
        this.#registration.settled();
        this.#answer(undefined, value);
      },
      (error: unknown) => {
        this.#registration.settled();
        this.#threw(error);
      },
    );
  }

  /** Refuses the call before the function has begun. */
  refuse(reason: CloseCode): void {
    if (this.#isOver) return;
    this.#failed();
    this.#sink.refuse(this, reason, false);
    this.#sink.ended(this);
  }

  override onDue(): void {
    this.abandon("deadline");
  }

  /** Nobody waits for the answer any more, or nobody can give it. The function is told, and what it still answers is dropped. */
  abandon(reason: AbandonReason): void {
    if (this.#isOver) return;
    this.#failed();
    if (reason === "handler closed") this.#sink.refuse(this, CLOSE.functionNotFound, this.#hasBegun);
    this.#sink.ended(this);
    if (this.#controller === undefined && this.#followed === undefined) return;
    const error = new Error(`the call is over: ${reason}`);
    this.#controller?.abort(error);
    this.#followed?.end({ error });
  }

  /** @param failure what an answer that is an application error was thrown as */
  #answer(failure: ApplicationError | undefined, value: unknown): void {
    if (this.#isOver) return;
    const isError = failure !== undefined;
    const { responseCodec, errorCodec } = this.#registration;
    try {
      this.#sink.reply(this, isError, isError ? errorCodec : responseCodec, value);
    } catch (error) {
      return this.#fail(error, "encoding the answer of");
    }
    this.#isOver = true;
    this.#registration.served(this);
    this.#sink.ended(this);
    this.#followed?.end(failure === undefined ? {} : { error: failure });
  }

  #threw(error: unknown): void {
    if (error instanceof ApplicationError) this.#answer(error, error.value);
    // What follows from an abort is no failure of the function's.
    else if (!this.#isOver) this.#fail(error, "running");
  }

  #fail(error: unknown, doing: string): void {
    this.#failed();
    this.#registration.report(error, `${doing} function ${this.functionId.short()}`);
    this.#sink.refuse(this, CLOSE.functionHandlerFailure, true);
    this.#sink.ended(this);
    this.#followed?.end({ error });
  }

  #failed(): void {
    this.#isOver = true;
    if (!this.#hasBegun) this.#registration.settled();
    this.#registration.failed(this);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
