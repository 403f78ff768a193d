import type { Contender, Session } from "../benchmark.js";
import { callLoadOf, type CallLoad } from "../harness/calls.js";
import { Child } from "../harness/child.js";
import type { CallerRole } from "./caller.role.js";
import type { HandlerRole } from "./handler.role.js";

const NETWORK = "bench-calls";

/** A function of Mosaik, called by one node and served by another. */
export function mosaikCalls(session: (load: CallLoad) => Session): Contender {
  return {
    name: "mosaik-ts",
    setup:
      "native addon in release build; QUIC with TLS 1.3; two processes, direct over loopback, no relay; a typed struct there and " +
      "back; every answer checked",
    requires: [],
    open: async () => session(await open()),
  };
}

async function open(): Promise<CallLoad> {
  const handler = Child.start<HandlerRole>(new URL("handler.role.js", import.meta.url));
  const caller = Child.start<CallerRole>(new URL("caller.role.js", import.meta.url));
  return callLoadOf(
    [caller, handler],
    async () => {
      const bootstrap = await handler.ask("join", NETWORK);
      await caller.ask("join", { network: NETWORK, kind: "readings", bootstrap });
    },
    (count) => caller.ask("call", count),
  );
}
