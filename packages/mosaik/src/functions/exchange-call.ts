import { Reader } from "@mosaik/postcard";
import { ALPN, CLOSE, isAlpnRefused, NetworkError, peerCloseCode, type LocalNode } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import type { AttemptSink } from "./attempt.js";
import type { FunctionId } from "./ids.js";
import { NOT_RUN } from "./own-connection-call.js";
import { callReplyCodec, callRequestCodec } from "./protocol.js";
import type { Routes } from "./routes.js";

/**
 * Makes one call as `callOnOwnConnection` does, of a peer that is known to speak Rust's protocol only, in one operation of the transport.
 * Never rejects: the sink is told.
 *
 * @param signal gives the call up: the connection is closed with 102, and the sink is told nothing more
 */
export async function callByExchange(
  node: LocalNode,
  routes: Routes,
  peer: PeerId,
  request: { readonly functionId: FunctionId; readonly payload: Uint8Array },
  sink: AttemptSink,
  signal: AbortSignal,
): Promise<void> {
  const message = { network: node.networkId, function: request.functionId, payload: request.payload };
  const exchange = node.exchange(peer, ALPN.functions, callRequestCodec, message);
  const onAbort = (): void => exchange.close(CLOSE.cancelled);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  sink.sends(exchange);
  try {
    const reply = await exchange.answer(callReplyCodec);
    if (!signal.aborted) sink.answered(reply.kind === "Err", new Reader(reply.value));
  } catch (error) {
    if (signal.aborted) return;
    if (isAlpnRefused(error)) routes.forget(peer);
    const { isSent } = exchange;
    const code = error instanceof NetworkError ? peerCloseCode(error.closeInfo) : undefined;
    if (code !== undefined) sink.refused(code, isSent && !NOT_RUN.has(code));
    else sink.lost(error, isSent);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
