import type { Contender, Session } from "../benchmark.js";
import { Child, closeAll } from "../harness/child.js";
import { IDLE_PEERS, type IdleNode } from "../harness/idle.js";
import type { Bare } from "./bare.role.js";
import type { Crowd } from "./crowd.role.js";
import type { Idler } from "./idler.role.js";

const NETWORK = "bench-idle";

/** An idle node of ours with ten peers in another process. */
export function mosaikIdle(session: (node: IdleNode) => Session): Contender {
  return {
    name: "mosaik-ts",
    setup:
      "native addon in release build; resident memory after a collection, beyond that of an empty Node.js process; " +
      "ten peers in one other process, no relay; a connection is a stream's consumer",
    requires: [],
    open: async () => session(await open()),
  };
}

async function open(): Promise<IdleNode> {
  const bare = Child.start<Bare>(new URL("bare.role.js", import.meta.url));
  const idler = Child.start<Idler>(new URL("idler.role.js", import.meta.url));
  const crowd = Child.start<Crowd>(new URL("crowd.role.js", import.meta.url));
  const close = (): Promise<void> => closeAll(crowd, idler, bare);
  let connected = 0;
  try {
    const bootstrap = await idler.ask("join", NETWORK);
    await crowd.ask("join", { network: NETWORK, bootstrap, count: IDLE_PEERS });
    return {
      residentBytes: () => idler.ask("residentBytes"),
      bareBytes: () => bare.ask("residentBytes"),
      cpuMicros: () => idler.cpuMicros(),
      async connectOneEach() {
        await crowd.ask("consume");
        connected += IDLE_PEERS;
        await idler.ask("connected", connected);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
