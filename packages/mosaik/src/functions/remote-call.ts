import type { LocalNode } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import type { AttemptRequest, AttemptSink } from "./attempt.js";
import { callByExchange } from "./exchange-call.js";
import type { FunctionId } from "./ids.js";
import { callOnOwnConnection } from "./own-connection-call.js";
import { timeoutField } from "./protocol.js";
import type { Routes } from "./routes.js";

/**
 * Makes one call of a function of a peer that there is no stream of calls with yet: on the one that is opened for it, or on a connection
 * of its own. Never rejects: the sink is told.
 *
 * @param signal gives the call up: the handler is told, and the sink is told nothing more
 */
export async function callRemotely(
  node: LocalNode,
  routes: Routes,
  peer: PeerId,
  functionId: FunctionId,
  request: AttemptRequest,
  sink: AttemptSink,
  signal: AbortSignal,
): Promise<void> {
  try {
    const route = await routes.find(peer, signal);
    if (route.kind === "exchange") {
      return await callByExchange(node, routes, peer, { ...request, functionId }, sink, signal);
    }
    if (route.kind === "own") {
      return await callOnOwnConnection(node, route.connection, { ...request, functionId }, sink, signal);
    }
    if (signal.aborted) return;
    const nowMs = node.runtime.monoMs();
    const { session } = route;
    sink.sent();
    const leftMs = timeoutField(request.dueMs - nowMs);
    const id = session.call(sink, functionId, request.payload, nowMs, leftMs, request.traceparent);
    signal.addEventListener("abort", () => session.cancel(id), { once: true });
  } catch (error) {
    if (!signal.aborted) sink.lost(error, false);
  }
}
