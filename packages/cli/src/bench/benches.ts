import { reluctant, type Network, type PeerId } from "mosaik";
import type { BenchName } from "../commands/bench.js";
import type { Session } from "../session/session.js";
import { repeatedly, type Limits, type Measurement } from "./load.js";
import { benchOf, CountingMachine } from "./names.js";
import { measureStream } from "./stream.js";

export interface BenchOptions extends Limits {
  /** Bytes of each item. */
  readonly size: number;
  /** How many are under way at once. */
  readonly concurrency: number;
}

type Bench = (session: Session, server: PeerId, options: BenchOptions) => Promise<Measurement>;

/** Keys that are written in turn. */
const KEYS = 1024;

export const MEASURES: Readonly<Record<BenchName, Bench>> = {
  stream: measureStream,

  async call(session, server, options) {
    await using caller = benchOf(server).echo.caller(session.network);
    await ready(session, (signal) => caller.when().available().toPromise({ signal }));
    const request = new Uint8Array(options.size);
    return await repeatedly(() => caller(request), options, options);
  },

  async group(session, server, options) {
    // It votes, so that a commit takes both; and the server leads, so that each command goes there, whoever was first.
    const machine = new CountingMachine(reluctant());
    await using group = session.network.groups.join({ key: benchOf(server).groupKey, machine });
    await ready(session, (signal) => group.when().online().toPromise({ signal }));
    const command = new Uint8Array(options.size);
    return await repeatedly(() => group.execute(command), options, options);
  },

  async map(session, server, options) {
    await using map = benchOf(server).map.writer(session.network);
    await ready(session, (signal) => map.when().online().toPromise({ signal }));
    const value = new Uint8Array(options.size);
    return await repeatedly((i) => map.insert(i % KEYS, value), options, options);
  },
};

/** The node that is measured against. @throws CliError `notFound` */
export async function serverOf(session: Session, isServer: (network: Network) => PeerId | undefined): Promise<PeerId> {
  const { network } = session;
  await session.within(
    "looking for a node that runs `mosaik bench serve`",
    (signal) => network.discovery.catalog.when(() => isServer(network) !== undefined).toPromise({ signal }),
    "no node that runs `mosaik bench serve` was found",
    "Start one with the same --network, or measure between two processes of this machine with --local.",
  );
  return isServer(network)!;
}

function ready(session: Session, wait: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  return session.within("connecting with the other side", wait, "the other side did not take this node");
}
