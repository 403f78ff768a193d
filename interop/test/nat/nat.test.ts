import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CustomRelays } from "mosaik";
import { RustPeer, startRelay, startSecureRelay, type LocalRelay, type RustNode } from "../../src/index.js";
import { obstacle as noRust } from "../setup.js";
import { Internet, whyNoInternet, type Host, type Router } from "./internet.js";
import { buildNode, NodeProcess, until } from "./node-process.js";
import type { NodeState } from "./program/messages.js";

const noInternet = whyNoInternet();
if (noInternet !== undefined) console.warn(noInternet);
/** The others take minutes: `npm run test:nat`. */
const isWhole = process.env["MOSAIK_NAT"] === "whole";

const MEET_MS = 30_000;
const HEAL_MS = 60_000;
const RELAY_NUMBER = 10;
const RELAY_PORT = 3340;
const TEST_MS = 240_000;

describe.skipIf((noInternet ?? noRust) !== undefined)("behind routers that translate addresses", () => {
  let internet: Internet;
  let relayHost: Host;
  const nodes: NodeProcess[] = [];
  const relays: LocalRelay[] = [];
  const rusts: RustPeer[] = [];
  const times: string[] = [];

  beforeAll(buildNode, 180_000);
  beforeEach(async () => {
    internet = await Internet.make();
    relayHost = await internet.host(RELAY_NUMBER);
  });
  afterEach(async ({ task }) => {
    console.log(`${task.name}: ${times.splice(0).join(", ")}`);
    await Promise.all(nodes.splice(0).map((node) => node.kill()));
    await Promise.all([...rusts.splice(0), ...relays.splice(0)].map((one) => one.close()));
    await internet.close();
  });

  /** A relay with a certificate of its own that tells nodes their addresses. */
  const secureRelay = async (): Promise<CustomRelays> => {
    const relay = await startSecureRelay([relayHost.ip], { at: relayHost.at, host: relayHost.ip });
    relays.push(relay);
    return { urls: [relay.url], certificates: [relay.certificate], quicPort: relay.quicPort };
  };
  /** One that can be killed and started again, and that Rust trusts. */
  const plainRelay = async (): Promise<CustomRelays> => {
    const relay = await startRelay(RELAY_PORT, { at: relayHost.at, host: relayHost.ip });
    relays.push(relay);
    return { urls: [relay.url] };
  };
  /** Each knows of the first nothing but its id. */
  const start = async (relay: CustomRelays, ...hosts: Host[]): Promise<NodeProcess[]> => {
    const started: NodeProcess[] = [];
    for (const host of hosts) {
      const bootstrap = started.slice(0, 1).map(({ id }) => id);
      const charge = { name: `n${nodes.length}`, networkId: "nat", relay, discovery: { dht: false, bootstrap } };
      const node = await NodeProcess.start(host, charge);
      nodes.push(node);
      started.push(node);
    }
    return started;
  };
  const wait = async (
    what: string,
    withinMs: number,
    of: readonly NodeProcess[],
    holds: (states: readonly NodeState[]) => boolean | Promise<boolean>,
  ): Promise<void> => {
    times.push(`${what} ${((await until(what, withinMs, of, holds)) / 1000).toFixed(1)} s`);
  };
  const othersOf = (node: NodeProcess, all: readonly NodeProcess[]): NodeProcess[] => all.filter((one) => one !== node);
  /** From now on each hears every other, is answered by it, and has what it writes. */
  const everythingWorks = async (all: readonly NodeProcess[], withinMs: number): Promise<void> => {
    const before = await Promise.all(all.map((node) => node.state()));
    const hearAll = (states: readonly NodeState[]): boolean =>
      all.every((node, i) =>
        othersOf(node, all).every(({ id }) => (states[i]!.received[id] ?? 0) >= (before[i]!.received[id] ?? 0) + 5),
      );
    await wait("streams", withinMs, all, hearAll);
    for (const node of all) for (const { name } of othersOf(node, all)) await retried(node, { kind: "call", name });
    const keys = all.map(({ name }) => `${name} ${performance.now()}`);
    for (const [i, node] of all.entries()) await retried(node, { kind: "write", key: keys[i]! });
    await wait("shared map", withinMs, all, (states) =>
      states.every((state) => keys.every((key) => state.keys.includes(key))),
    );
  };
  /** Asked until it is answered: what was under way when something broke may fail. */
  const retried = async (node: NodeProcess, question: Parameters<NodeProcess["ask"]>[0]): Promise<void> => {
    let failure: unknown;
    await until(`${node.name}: ${JSON.stringify(question)}`, HEAL_MS, [node], async () => {
      try {
        await node.ask(question);
        return true;
      } catch (error) {
        failure = error;
        return false;
      }
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${String(failure)}`);
    });
  };
  const kinds = (all: readonly NodeProcess[], states: readonly NodeState[]): (string | undefined)[] =>
    all.flatMap((node, i) => othersOf(node, all).map(({ id }) => states[i]!.peers[id]?.kind));
  const allDirect =
    (all: readonly NodeProcess[]) =>
    (states: readonly NodeState[]): boolean =>
      kinds(all, states).every((kind) => kind === "direct");
  const allOnline = (states: readonly NodeState[]): boolean => states.every(({ isOnline }) => isOnline);
  const allOffline = (states: readonly NodeState[]): boolean => states.every(({ isOnline }) => !isOnline);
  const homes = async (...translations: ("keeping" | "random")[]): Promise<{ routers: Router[]; hosts: Host[] }> => {
    const routers = await Promise.all(translations.map((kind, i) => internet.router(20 + i, kind)));
    return { routers, hosts: await Promise.all(routers.map((router) => router.host(2))) };
  };

  it(
    "that keep ports: two nodes meet at the relay by an id alone, and find a direct way",
    async () => {
      const all = await start(await secureRelay(), ...(await homes("keeping", "keeping")).hosts);
      await everythingWorks(all, MEET_MS);
      await wait("direct", MEET_MS, all, allDirect(all));
      // They see the routers' addresses, not each other's.
      const paths = (await Promise.all(all.map((node) => node.state()))).flatMap(({ peers }) => Object.values(peers));
      for (const path of paths) expect(path!.remote).toMatch(/^203\.0\.113\.2[01]:\d+$/);
    },
    TEST_MS,
  );

  it(
    "that give random ports: two nodes work through the relay",
    async () => {
      const all = await start(await secureRelay(), ...(await homes("random", "random")).hosts);
      await everythingWorks(all, MEET_MS);
      await everythingWorks(all, MEET_MS);
      const states = await Promise.all(all.map((node) => node.state()));
      expect(kinds(all, states)).toEqual(["relay", "relay"]);
    },
    TEST_MS,
  );

  it(
    "a node behind random ports and one with a public address find a direct way",
    async () => {
      const { hosts } = await homes("random");
      const all = await start(await secureRelay(), ...hosts, await internet.host(50));
      await everythingWorks(all, MEET_MS);
      await wait("direct", MEET_MS, all, allDirect(all));
    },
    TEST_MS,
  );

  it(
    "a relay that is gone: who has a direct way does not notice, who has none is back when it is",
    async () => {
      const relay = await plainRelay();
      const { hosts } = await homes("random", "random");
      const all = await start(relay, ...hosts, await internet.host(50));
      await everythingWorks(all, MEET_MS);
      const [far, open] = [all.slice(0, 2), all[2]!];
      await wait("direct", MEET_MS, [open], ([state]) => far.every(({ id }) => state!.peers[id]?.kind === "direct"));
      expect(kinds(far, await Promise.all(far.map((node) => node.state())))).toEqual(["relay", "relay"]);
      await relays.pop()!.close();
      await wait("offline", MEET_MS, all, allOffline);
      const before = (await open.state()).received;
      await wait("direct ones go on", MEET_MS, [open], ([state]) =>
        far.every(({ id }) => state!.received[id]! >= before[id]! + 20),
      );
      await plainRelay();
      await wait("online", HEAL_MS, all, allOnline);
      await everythingWorks(all, HEAL_MS);
    },
    TEST_MS,
  );

  describe("with nodes in Rust", () => {
    it(
      "each hears the other through a relay",
      async () => {
        const relay = await plainRelay();
        const { hosts } = await homes("random", "random");
        const rust = await RustPeer.start({ at: hosts[1]!.at });
        rusts.push(rust);
        const node: RustNode = await rust.join({ network: "nat", relay: relay.urls[0]!, announceIntervalMs: 1000 });
        const produced = await node.produce("u64", { streamId: "ticks" });
        const charge = {
          name: "ts",
          networkId: "nat",
          relay,
          discovery: { dht: false, bootstrap: [{ id: node.id, relayUrls: relay.urls }] },
        };
        const ts = await NodeProcess.start(hosts[0]!, charge);
        nodes.push(ts);
        const consumer = await node.consume("u64", { streamId: "ticks" });
        await consumer.received(5);
        const feeding = setInterval(() => void produced.send([1]).catch(() => {}), 100);
        try {
          await wait("heard Rust", MEET_MS, [ts], ([state]) => (state!.received[node.id] ?? 0) >= 5);
        } finally {
          clearInterval(feeding);
        }
      },
      TEST_MS,
    );
  });

  describe.runIf(isWhole)("when something happens", () => {
    it(
      "another address of a host: the others learn it",
      async () => {
        const { hosts } = await homes("keeping", "keeping");
        const all = await start(await secureRelay(), ...hosts);
        await everythingWorks(all, MEET_MS);
        hosts[0]!.renumber(77);
        await wait("own address", MEET_MS, [all[0]!], ([state]) =>
          state!.addrs.some((addr) => addr.startsWith(`${hosts[0]!.ip}:`)),
        );
        await everythingWorks(all, HEAL_MS);
      },
      TEST_MS,
    );

    it.each(["keeping", "random"] as const)(
      "30 s without a link (ports: %s): all find each other again without help",
      async (translation) => {
        const { hosts } = await homes(translation, translation);
        const all = await start(await secureRelay(), ...hosts, await internet.host(50));
        await everythingWorks(all, MEET_MS);
        hosts[0]!.pull();
        await new Promise((resolve) => setTimeout(resolve, 30_000));
        hosts[0]!.plug();
        await everythingWorks(all, HEAL_MS);
        await wait("online", HEAL_MS, all, allOnline);
      },
      TEST_MS,
    );

    it.each([20, 40])(
      "a process that is suspended for %i s and goes on",
      async (seconds) => {
        const { hosts } = await homes("keeping", "random");
        const all = await start(await secureRelay(), ...hosts);
        await everythingWorks(all, MEET_MS);
        all[1]!.stop();
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
        all[1]!.continue();
        await everythingWorks(all, HEAL_MS);
      },
      TEST_MS,
    );

    it(
      "5 % of all packets lost",
      async () => {
        const { routers, hosts } = await homes("keeping", "random");
        for (const router of routers) router.lose(5);
        const all = await start(await secureRelay(), ...hosts);
        await everythingWorks(all, HEAL_MS);
      },
      TEST_MS,
    );
  });
});
