import { once } from "node:events";
import { PeerId, type Network, type NetworkOptions } from "mosaik";
import type { PrometheusExporter } from "mosaik/prometheus";
import type { Invocation } from "../action.js";
import type { ListenAddress } from "../arguments/listen.js";
import { readSecret } from "../arguments/secret.js";
import type { BeaconFlags } from "../commands/beacon.js";
import { CliError, EXIT, usageError } from "../exit.js";
import { Session } from "../session/session.js";

/** A node that does nothing but know the others, and say who comes and goes. */
export async function runBeacon(invocation: Invocation<BeaconFlags>): Promise<void> {
  const { options, output, signal } = invocation;
  const flags: BeaconFlags = {
    ...options,
    bootstrap: [options.bootstrap ?? [], options.peers ?? []].flat(),
    tag: options.tag ?? options.tags ?? ["beacon-node"],
  };
  const observe = await observeOptions(invocation);
  await Session.run(
    { ...invocation, options: flags },
    async (session) => {
      const { network, address } = session;
      if (options.relay !== false && options.relay?.[0] !== "none") {
        const online = network
          .online()
          .toPromise({ signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeout)]) });
        await output.during("waiting for a relay", online).catch(() => {
          signal.throwIfAborted();
          output.warn("no relay answers: only peers that reach this node's own addresses will find it");
        });
      }
      const metrics = options.prometheus && (await serveMetrics(network, options.prometheus)).url;
      output.result({ event: "online", network: network.id.hex, id: network.local.id.hex, address, metrics }, () =>
        [
          `network  ${network.id.hex}`,
          `address  ${address}`,
          ...(metrics === undefined ? [] : [`metrics  ${metrics}`]),
        ].join("\n"),
      );
      output.note("others begin with --bootstrap and this address; Ctrl-C ends it");
      const closed = network.closed.then((cause) => {
        if (cause.by === "failure") throw new CliError(EXIT.failed, "the node failed", { cause: cause.error });
      });
      await Promise.race([showPeers(session), closed, once(signal, "abort")]);
    },
    "nobody",
    observe,
  );
}

/** Who may look at how this node stands: nobody, unless somebody is named. */
async function observeOptions({ options, output }: Invocation<BeaconFlags>): Promise<NetworkOptions> {
  const { observeSecretFile: file, observePeer } = options;
  const secret = await readSecret({ file, variable: "MOSAIK_OBSERVE_SECRET", what: "the secret of observers" }, output);
  if (secret === undefined && observePeer === undefined) return {};
  const peers = (observePeer ?? []).map((text) => {
    try {
      return PeerId.from(text);
    } catch (error) {
      throw usageError(`--observe-peer: ${(error as Error).message}`);
    }
  });
  return { observe: { ...(secret === undefined ? {} : { secret }), peers } };
}

/** The endpoint closes with the network. */
async function serveMetrics(network: Network, address: ListenAddress): Promise<PrometheusExporter> {
  const { servePrometheus } = await import("mosaik/prometheus");
  return servePrometheus(network, address);
}

async function showPeers({ network, output, signal }: Session): Promise<void> {
  for await (const change of network.discovery.catalog.changes({ signal })) {
    if (change.kind !== "appeared" && change.kind !== "departed") continue;
    const at = new Date().toISOString();
    const { id } = change.entry;
    output.result(
      { event: change.kind, at, id: id.hex, peers: network.discovery.catalog.peersCount() },
      `${at.slice(11, 19)} ${change.kind.padEnd(8)} ${id.short()} (${network.discovery.catalog.peersCount()} peers)`,
    );
  }
}
