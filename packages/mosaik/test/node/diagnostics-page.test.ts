import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import type { DiagnosticsMessages } from "../../src/node/index.js";

/** Every channel. What is missing here, or too many, does not compile. */
const CHANNELS: Record<keyof DiagnosticsMessages, true> = {
  "mosaik:network:open": true,
  "mosaik:network:close": true,
  "mosaik:discovery:peerDiscovered": true,
  "mosaik:discovery:peerUpdated": true,
  "mosaik:discovery:peerDeparted": true,
  "mosaik:producer:connected": true,
  "mosaik:producer:disconnected": true,
  "mosaik:producer:refused": true,
  "mosaik:producer:gap": true,
  "mosaik:producer:dropped": true,
  "mosaik:producer:undelivered": true,
  "mosaik:consumer:connected": true,
  "mosaik:consumer:disconnected": true,
  "mosaik:consumer:refused": true,
  "mosaik:consumer:gap": true,
  "mosaik:consumer:dropped": true,
  "mosaik:group:bonded": true,
  "mosaik:group:unbonded": true,
  "mosaik:group:refused": true,
  "mosaik:group:role": true,
  "mosaik:group:leader": true,
  "mosaik:group:online": true,
  "mosaik:group:offline": true,
  "mosaik:group:waitingForQuorum": true,
  "mosaik:group:quorumReached": true,
  "mosaik:group:caughtUp": true,
  "mosaik:group:reverted": true,
  "mosaik:group:diverged": true,
  "mosaik:group:possiblyReverted": true,
  "mosaik:group:queriesDropped": true,
  "mosaik:group:commandsRefused": true,
  "mosaik:group:machineFailed": true,
  "mosaik:group:closed": true,
  "mosaik:call:start": true,
  "mosaik:call:error": true,
  "mosaik:call:end": true,
  "mosaik:serve:start": true,
  "mosaik:serve:error": true,
  "mosaik:serve:end": true,
  "mosaik:request:start": true,
  "mosaik:request:error": true,
  "mosaik:request:end": true,
};

it("the page of diagnostics names every channel, and no other", async () => {
  const page = await readFile(new URL("../../../../docs/reference/diagnostics.md", import.meta.url), "utf8");
  const named = [...page.matchAll(/^\| `mosaik:(\w+):[^|]*/gm)].flatMap(([cell, thing]) =>
    [...cell.matchAll(/:(\w+)`/g)].map(([, kind]) => `mosaik:${thing}:${kind}`),
  );
  expect(named.sort()).toEqual(Object.keys(CHANNELS).sort());
});
