import type { Invocation } from "../action.js";
import { CliError, EXIT } from "../exit.js";
import type { NetworkFlags } from "../session/flags.js";
import { Session } from "../session/session.js";
import { settled } from "../session/settled.js";

/** Says what is known of a peer. Fails when something is wrong with it. */
export async function diagnosePeer(invocation: Invocation<NetworkFlags>): Promise<void> {
  const { args, output, signal, options } = invocation;
  await Session.run(
    invocation,
    async (session) => {
      const { discovery } = session.network;
      const peer = await session.peer(args[0] as string);
      // Others may have heard of it: what they know belongs to the diagnosis, but nobody needs to be there.
      const asking = discovery.catalog
        .when((peers) => peers.getSigned(peer.id) !== undefined)
        .toPromise({ signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeout)]) })
        .then(() => settled(discovery.catalog, signal))
        .catch(() => signal.throwIfAborted());
      await output.during("asking others about it", asking);
      const diagnosing = discovery.diagnose(peer, { timeoutMs: options.timeout, signal });
      const { isHealthy, findings } = await output.during(`pinging ${peer.id.short()}`, diagnosing);
      output.result({ peer: peer.id.hex, isHealthy, findings }, () => findings.map((one) => `- ${one}`).join("\n"));
      if (!isHealthy) throw new CliError(EXIT.failed, `something is wrong with ${peer.id.short()}: see above`);
    },
    "nobody",
  );
}
