import { Reader } from "@mosaik/postcard";
import { CLOSE, peerCloseCode, type LocalNode } from "../network/index.js";
import type { Connection } from "../runtime/index.js";
import type { AttemptSink } from "./attempt.js";
import type { FunctionId } from "./ids.js";
import { callReplyCodec, callRequestCodec } from "./protocol.js";

/** Refusals that a Rust handler gives before it runs the function; 11404 may also come in the middle of a run (spec 04 §5.2). */
export const NOT_RUN = new Set<number>([
  CLOSE.differentNetwork.code,
  CLOSE.protocolViolation.code,
  CLOSE.unknownPeer.code,
  CLOSE.functionNotAllowed.code,
  CLOSE.functionNoCapacity.code,
]);

/**
 * Makes one call as Rust does, on a connection of its own: request, answer, and our close with 200, for which the handler waits (spec 04
 * §5.3). Never rejects: the sink is told.
 *
 * @param signal gives the call up: the connection is closed with 102, and the sink is told nothing more
 */
export async function callOnOwnConnection(
  node: LocalNode,
  connection: Connection,
  request: { readonly functionId: FunctionId; readonly payload: Uint8Array },
  sink: AttemptSink,
  signal: AbortSignal,
): Promise<void> {
  const onAbort = (): void => connection.close(CLOSE.cancelled.code, CLOSE.cancelled.name);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  let isSent = false;
  try {
    const link = await node.openOn(connection);
    isSent = true;
    sink.sent();
    const message = { network: node.networkId, function: request.functionId, payload: request.payload };
    await link.send(callRequestCodec, message);
    const reply = await link.recv(callReplyCodec);
    link.close(CLOSE.success);
    if (!signal.aborted) sink.answered(reply.kind === "Err", new Reader(reply.value));
  } catch (error) {
    const code = peerCloseCode(connection.closeInfo());
    connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
    if (signal.aborted) return;
    if (code !== undefined) sink.refused(code, isSent && !NOT_RUN.has(code));
    else sink.lost(error, isSent);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
