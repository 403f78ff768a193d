import type { Contender, Session } from "../benchmark.js";
import { callLoadOf, type CallLoad } from "../harness/calls.js";
import { Child } from "../harness/child.js";
import { newAddress } from "./moleculer-broker.js";
import type { MoleculerCaller } from "./moleculer-caller.role.js";
import type { MoleculerService } from "./moleculer-service.role.js";
import { rivalPackages, versionOf } from "./packages.js";

/** Moleculer: an action, called through its TCP transporter. */
export function moleculerCalls(session: (load: CallLoad) => Session): Contender {
  return {
    name: `Moleculer ${versionOf("moleculer")}`,
    setup:
      "its TCP transporter with fixed addresses, no encryption; two processes, direct over loopback; the same struct as JSON, its " +
      "default, there and back; every answer checked",
    requires: [rivalPackages],
    open: async () => session(await open()),
  };
}

async function open(): Promise<CallLoad> {
  const service = Child.start<MoleculerService>(new URL("moleculer-service.role.js", import.meta.url));
  const caller = Child.start<MoleculerCaller>(new URL("moleculer-caller.role.js", import.meta.url));
  return callLoadOf(
    [caller, service],
    async () => {
      const addresses = [await newAddress("service"), await newAddress("caller")] as const;
      await service.ask("start", addresses);
      await caller.ask("start", addresses);
    },
    (count) => caller.ask("call", count),
  );
}
