import type { Contender } from "../benchmark.js";
import { Child } from "../harness/child.js";
import type { GrowingMap, MapSession } from "../harness/maps.js";
import { SharedMap, type MapMember } from "../harness/shared-map.js";
import { loadOf } from "../harness/throughput.js";
import type { MapMemberRole } from "./map-member.role.js";
import type { NodeAddress } from "./node.js";

const NETWORK = "bench-maps";

/** A map that so many nodes of ours share. */
export function mosaikMap(members: number, session: MapSession): Contender {
  return {
    name: "mosaik-ts",
    setup:
      `native addon in release build; QUIC with TLS 1.3; ${members === 1 ? "a member and a late one" : `${members} members`}, each in a process of its own, direct over loopback, no ` +
      "relay; log in memory; default times; Map<string, number>, every entry checked at all members",
    requires: [],
    open: () => session(() => open(members)),
  };
}

async function open(members: number): Promise<GrowingMap> {
  const children = Array.from({ length: members }, start);
  const addresses: NodeAddress[] = [];
  const joined = (child: Child<MapMemberRole>): Promise<NodeAddress> =>
    child.ask("join", { network: NETWORK, bootstrap: addresses });
  const processes = await loadOf(
    children,
    async () => {
      for (const child of children) addresses.push(await joined(child));
    },
    () => Promise.resolve(),
  );
  return {
    map: new SharedMap(children.map(memberOf), processes),
    async another() {
      const child = start();
      const close = (): Promise<void> => child.close();
      try {
        await joined(child);
        return { ...memberOf(child), close };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

function start(): Child<MapMemberRole> {
  return Child.start<MapMemberRole>(new URL("map-member.role.js", import.meta.url));
}

function memberOf(child: Child<MapMemberRole>): MapMember {
  return {
    open: (store) => child.ask("open", store),
    insert: (load) => child.ask("insert", load),
    fill: (range) => child.ask("fill", range),
    get: (reads) => child.ask("get", reads),
    right: (count) => child.ask("right", count),
  };
}
