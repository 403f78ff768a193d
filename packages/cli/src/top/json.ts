import type { ObservedStatus } from "mosaik/status";
import { peerJson } from "../actions/peers.js";
import type { JsonValue } from "../json.js";
import type { Scene, SeenPeer } from "./state.js";

/** What scripts are told of a network at one moment. */
export function sceneJson({ network, nowMs, peers }: Scene): JsonValue {
  const byId = [...peers].sort((a, b) => (a.info.id.hex < b.info.id.hex ? -1 : 1));
  return { at: new Date(nowMs).toISOString(), network: network.hex, peers: byId.map(seenJson) };
}

function seenJson({ info, sight }: SeenPeer): JsonValue {
  const isTold = sight.kind === "told";
  return {
    ...peerJson(info),
    status: isTold ? statusJson(sight.status) : null,
    ...(isTold ? {} : { silent: sight.kind === "silent" ? sight.why : sight.kind }),
  };
}

/** Ids become their digits; what is not known is left out. */
function statusJson({ id: _, ...status }: ObservedStatus): JsonValue {
  return JSON.parse(JSON.stringify(status)) as JsonValue;
}
