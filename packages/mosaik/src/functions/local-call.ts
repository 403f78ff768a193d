import { Reader, type Codec } from "@mosaik/postcard";
import { CLOSE, type CloseCode, type PeerInfo } from "../network/index.js";
import type { AttemptRequest, AttemptSink } from "./attempt.js";
import type { Registration } from "./handler.js";
import type { ReplySink, ServedCall } from "./served-call.js";

/**
 * Makes one call of a function of this very node (spec 04 §(c) 30), as if it came from another: in a later turn, admitted as others
 * are, and with a request and an answer of its own.
 *
 * @param registration the function; `undefined` where it is not handled any more
 * @param signal gives the call up: the function's signal aborts, and the sink is told nothing more
 */
export function callLocally(
  registration: Registration | undefined,
  caller: PeerInfo,
  { payload, dueMs, traceparent }: AttemptRequest,
  nowMs: number,
  sink: AttemptSink,
  signal: AbortSignal,
): void {
  const refusal = registration === undefined ? CLOSE.functionNotFound : registration.refusal(caller, payload.length);
  if (registration === undefined || refusal !== undefined) {
    return queueMicrotask(() => sink.refused((refusal ?? CLOSE.functionNotFound).code, false));
  }
  const deadlineMs = dueMs === Infinity ? undefined : Math.max(1, dueMs - nowMs);
  const call = registration.begin({ sink: new LocalReply(sink), caller, deadlineMs, traceparent, id: 0 });
  signal.addEventListener("abort", () => call.abandon("cancelled"), { once: true });
  sink.sent();
  queueMicrotask(() => {
    try {
      call.run(registration.requestCodec.decode(payload));
    } catch {
      call.refuse(CLOSE.protocolViolation);
    }
  });
}

/** The answer of a handler in the same node. */
class LocalReply implements ReplySink {
  readonly #sink: AttemptSink;

  constructor(sink: AttemptSink) {
    this.#sink = sink;
  }

  reply(_call: ServedCall, isError: boolean, codec: Codec<unknown>, value: unknown): void {
    this.#sink.answered(isError, new Reader(codec.encode(value)));
  }

  refuse(_call: ServedCall, { code }: CloseCode, mayHaveRun: boolean): void {
    this.#sink.refused(code, mayHaveRun);
  }

  ended(): void {}
}
