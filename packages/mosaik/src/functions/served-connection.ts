import { DecodeError, type Codec } from "@mosaik/postcard";
import { CLOSE, digestCodec, type CloseCode, type Link, type LocalNode, type PeerInfo } from "../network/index.js";
import type { Registration } from "./handler.js";
import type { FunctionId } from "./ids.js";
import { CALL_REQUEST_IDS_BYTES, callReplyCodec, callRequestCodec } from "./protocol.js";
import type { ReplySink, ServedCall } from "./served-call.js";

/** How long a caller may take for the first bytes of its request, and to close once it has the answer, in ms. */
const STEP_TIMEOUT_MS = 10_000;
/** How long the whole request may take, in ms. */
const REQUEST_TIMEOUT_MS = 60_000;

/** What a connection with one call needs of its surroundings. */
export interface ConnectionServingContext {
  readonly node: LocalNode;
  registrationOf(functionId: FunctionId): Registration | undefined;
  callerOf(link: Link): PeerInfo | undefined;
  onRejected(): void;
}

/** Serves the one call of a connection, as Rust makes them, in the order of spec 04 §5.2; resolves when the connection is closed. */
export async function serveConnection(context: ConnectionServingContext, link: Link): Promise<void> {
  const { node } = context;
  const refuse = (reason: CloseCode): void => {
    context.onRejected();
    link.close(reason);
  };
  const caller = context.callerOf(link);
  if (caller === undefined) return refuse(CLOSE.unknownPeer);
  // Who may not call is told before its payload is read.
  const { bytes, lengthBytes } = await link.peek(CALL_REQUEST_IDS_BYTES, { timeoutMs: STEP_TIMEOUT_MS });
  if (bytes.length < CALL_REQUEST_IDS_BYTES) return refuse(CLOSE.protocolViolation);
  if (digestCodec.decode(bytes) !== node.networkId) return refuse(CLOSE.differentNetwork);
  const registration = context.registrationOf(digestCodec.decode(bytes.subarray(32)));
  if (registration === undefined) return refuse(CLOSE.functionNotFound);
  const refusal = registration.refusal(caller, Math.max(0, lengthBytes - CALL_REQUEST_IDS_BYTES - 1));
  if (refusal !== undefined) return link.close(refusal);
  const reply = new ConnectionReply(node, link);
  const call = registration.begin({ sink: reply, caller, deadlineMs: undefined, traceparent: undefined, id: 0 });
  void link.closed.then(() => call.abandon("caller gone"));
  const request = await readRequest(link, registration).catch((error: unknown) => {
    call.abandon("caller gone");
    throw error;
  });
  if (request === undefined) call.refuse(CLOSE.protocolViolation);
  else call.run(request.value);
  await link.closed;
}

/** @returns `undefined` if the payload is not a request of the function */
async function readRequest(link: Link, registration: Registration): Promise<{ value: unknown } | undefined> {
  const { payload } = await link.recv(callRequestCodec, { timeoutMs: REQUEST_TIMEOUT_MS });
  try {
    return { value: registration.requestCodec.decode(payload) };
  } catch (error) {
    if (!(error instanceof DecodeError)) registration.report(error, "decoding a request");
    return undefined;
  }
}

/** Answers over a connection of the call's own: with a frame behind which the caller closes, or with a close code. */
class ConnectionReply implements ReplySink {
  readonly #node: LocalNode;
  readonly #link: Link;

  constructor(node: LocalNode, link: Link) {
    this.#node = node;
    this.#link = link;
  }

  reply(_call: ServedCall, isError: boolean, codec: Codec<unknown>, value: unknown): void {
    const message = { kind: isError ? "Err" : "Ok", value: codec.encode(value) } as const;
    void this.#send(message);
  }

  refuse(_call: ServedCall, reason: CloseCode): void {
    this.#link.close(reason);
  }

  ended(): void {}

  /** A handler does not close behind its answer, which the close could overtake; but it does not wait for ever either. */
  async #send(message: Parameters<typeof callReplyCodec.encode>[0]): Promise<void> {
    const link = this.#link;
    try {
      await link.send(callReplyCodec, message, { timeoutMs: STEP_TIMEOUT_MS });
    } catch {
      // Gone, or stalled; an answer over the frame limit never left.
      return link.close(CLOSE.functionHandlerFailure);
    }
    const cancelTimer = this.#node.runtime.after(STEP_TIMEOUT_MS, () => link.close(CLOSE.success));
    await link.closed;
    cancelTimer();
  }
}
