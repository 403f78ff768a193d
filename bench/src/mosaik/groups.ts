import type { Contender } from "../benchmark.js";
import { Child } from "../harness/child.js";
import type { TrioSession } from "../harness/groups.js";
import { loadOf } from "../harness/throughput.js";
import { Trio, type TrioMember } from "../harness/trio.js";
import type { MemberRole } from "./member.role.js";
import type { NodeAddress } from "./node.js";

const NETWORK = "bench-groups";
const MEMBERS = 3;

/** A group of three nodes of ours. */
export function mosaikGroup(session: TrioSession): Contender {
  return {
    name: "mosaik-ts",
    setup:
      "native addon in release build; QUIC with TLS 1.3; three members in three processes, direct over loopback, no relay; log in " +
      "memory; default times; a command is a number, checked at all members",
    requires: [],
    open: () => session(open),
  };
}

async function open(): Promise<Trio> {
  const children = Array.from({ length: MEMBERS }, () =>
    Child.start<MemberRole>(new URL("member.role.js", import.meta.url)),
  );
  const addresses: NodeAddress[] = [];
  const processes = await loadOf(
    children,
    async () => {
      for (const child of children) {
        addresses.push(await child.ask("join", { network: NETWORK, bootstrap: addresses }));
      }
    },
    () => Promise.resolve(),
  );
  return new Trio(
    children.map((child, i) => memberOf(child, addresses[i]!)),
    processes,
  );
}

function memberOf(child: Child<MemberRole>, { id }: NodeAddress): TrioMember {
  return {
    id,
    joinGroup: (secret) => child.ask("joinGroup", secret),
    ledBy: (another) => child.ask("ledBy", another),
    bonded: (count) => child.ask("bonded", count),
    execute: (count) => child.ask("execute", count),
    sumAfter: (count) => child.ask("sumAfter", count),
    leaveGroup: () => child.ask("leave"),
    kill: () => child.kill(),
  };
}
