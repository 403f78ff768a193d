import type { Contender, Session } from "../benchmark.js";
import { callLoadOf, type CallLoad } from "../harness/calls.js";
import { Child } from "../harness/child.js";
import type { NatsRequester } from "./nats-requester.role.js";
import type { NatsResponder } from "./nats-responder.role.js";
import type { NatsServerRole } from "./nats-server.role.js";
import { NATS, natsRequirements, NATS_SETUP } from "./nats.js";

/** nats.js: request and reply. */
export function natsCalls(session: (load: CallLoad) => Session): Contender {
  return {
    name: NATS,
    setup:
      `${NATS_SETUP}; two processes and the server between them; the same struct by the same codec there and back; answered from ` +
      "a callback; every answer checked",
    requires: natsRequirements,
    open: async () => session(await open()),
  };
}

async function open(): Promise<CallLoad> {
  const server = Child.start<NatsServerRole>(new URL("nats-server.role.js", import.meta.url));
  const responder = Child.start<NatsResponder>(new URL("nats-responder.role.js", import.meta.url));
  const requester = Child.start<NatsRequester>(new URL("nats-requester.role.js", import.meta.url));
  return callLoadOf(
    [requester, responder, server],
    async () => {
      const port = await server.ask("start");
      await responder.ask("connect", port);
      await requester.ask("connect", port);
    },
    (count) => requester.ask("call", count),
  );
}
