import { randomUUID } from "node:crypto";
import type { Contender, Session } from "../benchmark.js";
import { GROUPS, OTHERS, type BondedNode } from "../harness/bonds.js";
import { Child, closeAll } from "../harness/child.js";
import type { BondedRole } from "./bonded.role.js";

const NETWORK = "bench-bonds";

/** A node of ours with many bonds. */
export function mosaikBonds(session: (node: BondedNode) => Session): Contender {
  return {
    name: "mosaik-ts",
    setup:
      `native addon in release build; QUIC with TLS 1.3; a node in ${GROUPS} groups with ${OTHERS} others, which are nodes of one other ` +
      "process; direct over loopback, no relay; default times; nothing is executed; memory after a collection",
    requires: [],
    open: async () => session(await open()),
  };
}

async function open(): Promise<BondedNode> {
  const url = new URL("bonded.role.js", import.meta.url);
  const watched = Child.start<BondedRole>(url);
  const crowd = Child.start<BondedRole>(url);
  const close = (): Promise<void> => closeAll(crowd, watched);
  const secrets = Array.from({ length: GROUPS }, () => randomUUID());
  try {
    const bootstrap = await watched.ask("join", { network: NETWORK, count: 1, bootstrap: [], known: 0 });
    await crowd.ask("join", { network: NETWORK, count: OTHERS, bootstrap, known: OTHERS });
    return {
      async bond() {
        await Promise.all([watched.ask("joinGroups", secrets), crowd.ask("joinGroups", secrets)]);
        await Promise.all([watched.ask("bonded", OTHERS), crowd.ask("bonded", OTHERS)]);
      },
      residentBytes: () => watched.ask("residentBytes"),
      cpuMicros: () => watched.cpuMicros(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
