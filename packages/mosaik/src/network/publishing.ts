import type { NetworkId, PeerId } from "../primitives/index.js";
import type { DiagnosticsChannel, Runtime } from "../runtime/index.js";

/** Where something happened. */
export interface HappenedAt {
  readonly network: NetworkId;
  /** The node of this process that tells of it. */
  readonly node: PeerId;
}

interface Publisher {
  readonly networkId: NetworkId;
  readonly id: PeerId;
  readonly runtime: Pick<Runtime, "diagnostics">;
}

/**
 * Publishes events of one kind of thing: each goes, as `event` beside `about`, to the channel `mosaik:<thing>:<kind of event>`. Where nobody
 * listens nothing is made.
 */
export function publishing<E extends { readonly kind: string }>(
  { runtime, networkId: network, id: node }: Publisher,
  thing: string,
  about: object = {},
): (event: E) => void {
  const channels = new Map<string, DiagnosticsChannel>();
  return (event) => {
    let channel = channels.get(event.kind);
    if (channel === undefined) {
      channel = runtime.diagnostics.channel(`mosaik:${thing}:${event.kind}`);
      channels.set(event.kind, channel);
    }
    if (channel.hasSubscribers) channel.publish({ network, node, ...about, event });
  };
}
