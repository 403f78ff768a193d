import { setTimeout as delay } from "node:timers/promises";
import type { ConnectionPath } from "mosaik";
import type { Invocation } from "../action.js";
import type { PingFlags } from "../commands/ping.js";
import { CliError, EXIT } from "../exit.js";
import { Session } from "../session/session.js";

/** Pings a peer a few times; fails when none was answered. */
export async function pingPeer(invocation: Invocation<PingFlags>): Promise<void> {
  const { options, output, signal } = invocation;
  const name = invocation.args[0] as string;
  // Who is named with an address is reached without anybody's help.
  const needs = name.includes("@") ? "nobody" : "peers";
  const pings = async (session: Session): Promise<void> => {
    const peer = await session.peer(name);
    const rttsMs: number[] = [];
    for (let i = 1; i <= options.count; i++) {
      if (i > 1) await delay(options.interval, undefined, { signal });
      try {
        const pinging = session.network.discovery.ping(peer, { timeoutMs: options.timeout, signal });
        const { entry, rttMicros, path } = await output.during(`pinging ${peer.id.short()}`, pinging);
        const rttMs = rttMicros === undefined ? undefined : rttMicros / 1000;
        if (rttMs !== undefined) rttsMs.push(rttMs);
        const { protocol, updatedAtMs } = entry.entry;
        output.result(
          { seq: i, peer: peer.id.hex, rttMs: rttMs ?? null, path: pathJson(path), protocol, updatedAtMs },
          `${peer.id.short()} seq=${i} ${rttMs === undefined ? "answered" : `${rttMs.toFixed(2)} ms`}${pathText(path)} ${protocol}`,
        );
      } catch (error) {
        if (signal.aborted) throw error;
        if (rttsMs.length === 0 && i === options.count) {
          const advice = `\`mosaik diagnose ${peer.id.short()}\` says what is known of it.`;
          throw new CliError(EXIT.notFound, (error as Error).message, { advice, cause: error });
        }
        output.result(
          { seq: i, peer: peer.id.hex, error: (error as Error).message },
          `seq=${i} ${(error as Error).message}`,
        );
      }
    }
    if (rttsMs.length > 1 && !output.isJson) output.result(null, summaryOf(rttsMs));
  };
  await Session.run(invocation, pings, needs);
}

function summaryOf(rttsMs: readonly number[]): string {
  const sorted = [...rttsMs].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  return `round trip min ${sorted[0]!.toFixed(2)} median ${median.toFixed(2)} max ${sorted.at(-1)!.toFixed(2)} ms`;
}

function pathText(path: ConnectionPath | undefined): string {
  return path === undefined ? "" : path.kind === "direct" ? ` directly at ${path.remote}` : ` through ${path.remote}`;
}

function pathJson(path: ConnectionPath | undefined) {
  return path === undefined ? null : { kind: path.kind, remote: path.remote };
}
