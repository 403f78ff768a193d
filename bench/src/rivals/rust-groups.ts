import type { RustGroup, RustNode } from "@mosaik/interop";
import type { Contender } from "../benchmark.js";
import type { TrioSession } from "../harness/groups.js";
import { Trio, type TrioMember } from "../harness/trio.js";
import { RUST_MOSAIK, RustNodes, rustPeer } from "./rust-peer.js";

const NETWORK = "bench-groups";
const MEMBERS = 3;
/** Longer than any election takes. */
const TIMEOUT_MS = 30_000;

/** A group of three nodes of Rust mosaik. */
export function rustGroup(session: TrioSession): Contender {
  return {
    name: RUST_MOSAIK,
    setup:
      "release build; QUIC with TLS 1.3; three members in three processes, direct over loopback, a local relay for their start; log " +
      "in memory; default times; a command is a number; what changes at a member is seen within 5 ms",
    requires: [rustPeer],
    open: () => session(open),
  };
}

async function open(): Promise<Trio> {
  const nodes = await RustNodes.start();
  const close = (): Promise<void> => nodes.close();
  try {
    const joined: RustNode[] = [];
    for (let i = 0; i < MEMBERS; i++) joined.push(await nodes.join(NETWORK, ...joined));
    return new Trio(joined.map(memberOf), { close });
  } catch (error) {
    await close();
    throw error;
  }
}

function memberOf(node: RustNode): TrioMember {
  let group: RustGroup<"counter">;
  return {
    id: node.id,
    async joinGroup(secret) {
      group = await node.joinCounter({ secret });
    },
    async ledBy(another) {
      const isLed = ({ leader, online }: { leader: string | null; online: boolean }): boolean =>
        online && leader !== null && leader !== another;
      return (await group.until(isLed, { timeoutMs: TIMEOUT_MS })).leader!;
    },
    bonded: (count) => group.until(({ bonds }) => bonds.length >= count, { timeoutMs: TIMEOUT_MS }),
    async execute(count) {
      const { completed, failed, failure, p50Micros, p99Micros } = await group.executeEach({ Increment: 1 }, count);
      if (completed !== count.count || p50Micros === null || p99Micros === null) {
        throw new Error(`${failed} of ${count.count} commands failed: ${failure}`);
      }
      return { p50Micros, p99Micros };
    },
    async sumAfter(count) {
      await group.until(({ committed }) => committed >= count, { timeoutMs: TIMEOUT_MS });
      return (await group.query()).result;
    },
    leaveGroup: () => group.drop(),
    async kill() {
      node.peer.signal("SIGKILL");
      await node.peer.close();
    },
  };
}
