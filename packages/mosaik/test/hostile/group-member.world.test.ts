import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { mutate, seededRandom } from "../../../postcard/test/support/mutations.js";
import { bondMessageCodec, GroupKey } from "../../src/groups/index.js";
import { ENTRIES_MAX } from "../../src/groups/protocol.js";
import { CLOSE, NetworkError } from "../../src/network/index.js";
import type { Network } from "../../src/node/index.js";
import { concatBytes, PeerId } from "../../src/primitives/index.js";
import { TransportError, type Runtime } from "../../src/runtime/index.js";
import { Counter, CounterCommand, increment } from "../groups/counter.js";
import { allOnline, joinCounter, KEY, type CounterGroup } from "../groups/group-nodes.js";
import { usedBytes } from "../heap.js";
import { useNodes, type Nodes } from "../nodes.js";
import { Traitor } from "./traitor.js";

const isLive = process.env["MOSAIK_WORLD"] === "live";
const tells = process.env["MOSAIK_STATS"] !== undefined;
/** Messages to each of three members; 10^4 over the memory network and 10^3 over QUIC in the full run, `npm run test:hostile`. */
const messages = Number(process.env[isLive ? "MOSAIK_HOSTILE_QUIC" : "MOSAIK_HOSTILE_MEMBER"] ?? (isLive ? 60 : 500));
const seed = Number(process.env["MOSAIK_SEED"] ?? 1);
const timeoutMs = 120_000 + 60 * messages;

const MIB = 1024 * 1024;
/** What tests and runtimes hold beside what is measured. */
const NOISE_BYTES = 8 * MIB;
/** Messages that go together. */
const BURST = 20;
const PAUSE_MS = 50;
/** How long a command may take in a group that is not attacked, in ms. */
const COMMAND_MS = 3000;
const BESIDE = GroupKey.fromSecret("the group beside it");

/** Every code that a member may close a bond with that has the key and abuses it. */
const CODES: ReadonlySet<number> = new Set(
  [CLOSE.protocolViolation, CLOSE.groupTimeout, CLOSE.groupAlreadyBonded, CLOSE.cancelled].map(({ code }) => code),
);

/** Each of its messages holds the event loop up: where time is real, groups beside it may lose their leader for seconds. */
const VIRTUAL_ONLY = "entries without end that come after what nobody has";

/** u64 of every size. */
const SIZES = [0n, 1n, 2n, 3n, 100n, 1n << 32n, (1n << 52n) - 1n, 1n << 52n, (1n << 53n) - 1n, 1n << 53n, 1n << 63n];
const U64_MAX = (1n << 64n) - 1n;
const FAR = 2n ** 53n - 1n;
const raw = bondMessageCodec(t.custom<Uint8Array>({ encode: (bytes) => bytes, decode: (bytes) => bytes }));

const u64s = (...values: readonly bigint[]): Uint8Array => concatBytes(...values.map((value) => t.u64.encode(value)));
const group = (...parts: readonly (number | Uint8Array)[]): Uint8Array =>
  concatBytes(new Uint8Array([5]), ...parts.map((part) => (typeof part === "number" ? new Uint8Array([part]) : part)));
const entriesOf = (term: bigint, count: number): Uint8Array => {
  const entry = concatBytes(u64s(term), t.bytes.encode(CounterCommand.encode(increment(1))));
  return concatBytes(u64s(BigInt(count)), ...Array.from({ length: count }, () => entry));
};

/** What an attack knows. */
interface Scene {
  readonly traitor: Traitor;
  readonly victims: readonly Network[];
  readonly random: () => number;
}

interface Attack {
  /** The next message to a member. */
  next(i: number): Uint8Array;
  /** Whether it takes what the members say. Default: no. */
  readonly reads?: boolean;
  /** Default: `messages`. */
  readonly count?: number;
  /** Whether the members have a leader again once it is over. Default: they do. */
  readonly leavesTermsBehind?: boolean;
}

const attacks = {
  "messages of the log in any order, with terms and places up to 2^64-1": ({ traitor, victims, random }) => {
    const below = (limit: number): number => Math.floor(random() * limit);
    const any = (): bigint => (below(20) === 0 ? U64_MAX : SIZES[below(SIZES.length)]!);
    const whoever = (): Uint8Array => {
      const known = [traitor.network, ...victims].map(({ local }) => local.id);
      return (known[below(5)] ?? PeerId.fromBytes(new Uint8Array(32).fill(below(256)))).bytes;
    };
    const kinds = [
      () => group(0, u64s(any()), whoever(), u64s(any(), any()), entriesOf(any(), below(4)), u64s(any())),
      () => group(1, u64s(any(), any()), below(4)),
      () => group(2, u64s(any()), whoever(), u64s(any(), any())),
      () => group(3, u64s(any()), below(4)),
      () => group(4, 1, u64s(any(), any(), any())),
      () => group(4, 3, u64s(any()), 1, 0, u64s(any())),
    ];
    return { next: () => kinds[below(kinds.length)]!(), leavesTermsBehind: true };
  },
  "requests for votes in one term after the other": ({ traitor }) => ({
    next: (i) => group(2, u64s(BigInt(i + 1)), traitor.network.local.id.bytes, u64s(FAR, FAR)),
  }),
  "the same, read": ({ traitor }) => ({
    next: (i) => group(2, u64s(BigInt(i + 1)), traitor.network.local.id.bytes, u64s(0n, 0n)),
    reads: true,
  }),
  "queries whose answers are not read": () => ({
    next: (i) => group(4, 2, 0, u64s(BigInt(i))),
  }),
  "answers, places and acknowledgements that nobody asked for": ({ random }) => {
    const kinds = [
      group(4, 1, u64s(1n, 1n, FAR)),
      group(4, 3, u64s(1n), 1, 0, u64s(FAR)),
      group(5, 1, u64s(0n, FAR)),
      group(5, 1, u64s(FAR, 0n)),
      group(5, 3, u64s(1n, 2n, 0n)),
      group(5, 3, u64s(FAR, 1n, 1n), 0, u64s(FAR)),
    ];
    return { next: () => kinds[Math.floor(random() * kinds.length)]! };
  },
  "requests of the state sync whose answers are not read": ({ random }) => {
    const kinds = [
      group(5, 0),
      group(5, 2, u64s(1n, FAR)),
      group(5, 2, u64s(FAR, 1n)),
      group(5, 2, u64s(0n, 0n)),
      group(5, 2, u64s(FAR, FAR)),
    ];
    return { next: () => kinds[Math.floor(random() * kinds.length)]! };
  },
  [VIRTUAL_ONLY]: ({ traitor }) => {
    const { bytes } = traitor.network.local.id;
    const many = concatBytes(u64s(BigInt(ENTRIES_MAX)), new Uint8Array(2 * ENTRIES_MAX));
    const more = concatBytes(u64s(BigInt(ENTRIES_MAX) + 1n), new Uint8Array(2 * ENTRIES_MAX + 2));
    return {
      next: (i) => group(0, u64s(1000n), bytes, u64s(999n, 1n << 40n), i % 4 === 3 ? more : many, u64s(FAR)),
      // Each takes half a second and 260 MB, for the moment in which it is read.
      count: 4,
    };
  },
  "members that do not exist": ({ traitor, victims }) => {
    const known = victims[0]!.discovery.me().encoded;
    const id = traitor.network.local.id.bytes;
    return {
      next: (i) => {
        const forged = known.slice();
        new DataView(forged.buffer).setUint32(4, i);
        return concatBytes(
          new Uint8Array([i % 8 === 0 ? 3 : 4]),
          i % 2 === 0 ? forged : concatBytes(id, forged.subarray(32)),
        );
      },
    };
  },
  "mutated messages": ({ traitor, victims, random }) => {
    const leader = traitor.network.local.id;
    const entry = victims[0]!.discovery.me();
    const position = { term: 3, index: 5 };
    const command = CounterCommand.encode(increment(1));
    const requestId = { low: 1, high: 0 };
    const good = [
      { kind: "appendEntries", term: 3, leader, prev: position, entries: [{ term: 3, command }], leaderCommit: 5 },
      { kind: "appendEntriesResponse", term: 3, lastIndex: 5, vote: "granted" },
      { kind: "requestVote", term: 4, candidate: leader, position },
      { kind: "requestVoteResponse", term: 4, vote: "granted" },
      { kind: "command", commands: [command], requestId },
      { kind: "query", query: new Uint8Array(0), requestId },
      { kind: "stateSync", message: new Uint8Array([2, 1, 5]) },
      { kind: "stateSync", message: new Uint8Array([3, 1, 1, 1, 2, 0, 5, 1]) },
    ] as const;
    const inputs = [
      ...good.map((message) => raw.encode({ kind: "group", message })),
      raw.encode({ kind: "bondFormed", entry }),
      raw.encode({ kind: "peerEntryUpdate", entry }),
      raw.encode({ kind: "ping" }),
    ];
    return { next: (i) => mutate(inputs[i % inputs.length]!, random), leavesTermsBehind: true };
  },
} satisfies Record<string, (scene: Scene) => Attack>;

/** Attacks one member until all messages are sent; comes again where it is thrown out. */
async function besiege({ traitor }: Scene, victim: Network, attack: Attack, runtime: Runtime): Promise<void> {
  const count = attack.count ?? messages;
  const pause = (): Promise<void> => new Promise((resolve) => runtime.after(PAUSE_MS, resolve));
  for (let sent = 0; sent < count;) {
    try {
      const link = await traitor.bond(victim);
      if (attack.reads === true) traitor.listen(link).catch(() => {});
      for (; sent < count && link.closeInfo() === undefined; sent += BURST) {
        const burst = Array.from({ length: Math.min(BURST, count - sent) }, (_, i) => attack.next(sent + i));
        await traitor.send(link, burst);
        await pause();
      }
      link.close(CLOSE.cancelled);
      await link.closed;
    } catch (error) {
      // Being refused or thrown out is what attackers live with.
      if (!(error instanceof NetworkError) && !(error instanceof TransportError)) throw error;
      sent += 1;
    }
    await pause();
  }
}

/** @returns how long the slowest command took, in ms */
async function goOn(group: CounterGroup, runtime: Runtime, isOver: () => boolean): Promise<number> {
  let slowestMs = 0;
  while (!isOver()) {
    const startMs = runtime.monoMs();
    await group.execute(increment(1), { timeoutMs: COMMAND_MS });
    slowestMs = Math.max(slowestMs, runtime.monoMs() - startMs);
    await new Promise<void>((resolve) => runtime.after(PAUSE_MS, resolve));
  }
  return slowestMs;
}

/** A counter that takes any bytes for a command: one that fails at the first mutated command would leave nothing to attack. */
function forbearingCounter(): Counter {
  const decode = (bytes: Uint8Array): CounterCommand => {
    try {
      return CounterCommand.decode(bytes);
    } catch {
      return increment(0);
    }
  };
  const command = t.custom<CounterCommand>({ encode: (value) => CounterCommand.encode(value), decode });
  return Object.assign(new Counter(), { command });
}

describe(`${messages} messages of one that has the key, seed ${seed}`, () => {
  const context = useNodes();

  const joinAll = async (nodes: Nodes, networks: readonly Network[], key: GroupKey): Promise<CounterGroup[]> => {
    const groups = networks.map((network) => joinCounter(network, { key, machine: forbearingCounter() }));
    await nodes.within(20_000, allOnline(groups), "all members to be online");
    return groups;
  };

  it.each(Object.entries<(scene: Scene) => Attack>(attacks).filter(([name]) => !isLive || name !== VIRTUAL_ONLY))(
    "%s",
    async (_name, begin) => {
      const { nodes } = context;
      const runtime = await nodes.world.runtime("test-0");
      const [network, ...victims] = await nodes.joinMany(4);
      await nodes.discoverAll(network!, ...victims);
      const beside = await joinAll(nodes, victims, BESIDE);
      const before = await usedBytes();
      let attacked = await joinAll(nodes, victims, KEY);
      await nodes.within(5000, attacked[0]!.executeMany(Array.from({ length: 300 }, () => increment(1))), "commands");

      const traitor = new Traitor(network!, attacked[0]!.id, KEY);
      const scene = { traitor, victims, random: seededRandom(seed) };
      const attack = begin(scene);
      let isOver = false;
      const siege = Promise.all(victims.map((victim) => besiege(scene, victim, attack, runtime))).finally(
        () => (isOver = true),
      );
      const slowest = Promise.all(beside.map((group) => goOn(group, runtime, () => isOver)));
      const [, slowestMs] = await nodes.within(10 * timeoutMs, Promise.all([siege, slowest]), "the attack to be over");

      expect(traitor.codes.filter((code) => !CODES.has(code))).toEqual([]);
      if (attack.leavesTermsBehind !== true) {
        await nodes.within(30_000, attacked[1]!.when().online(), "the members to have a leader again");
        const leads = (): boolean =>
          attacked.every(({ isOnline, leader }) => isOnline && leader === attacked[0]!.leader);
        await nodes.until(leads, 30_000, "one leader");
        await nodes.within(5000, attacked[2]!.execute(increment(1)), "a command of the group that was attacked");
      }
      await nodes.within(5000, Promise.all(attacked.map((group) => group.leave())), "all to leave");
      attacked = [];
      const grownBytes = (await usedBytes()) - before;
      expect(grownBytes).toBeLessThanOrEqual(NOISE_BYTES);
      if (tells) {
        const codes = Object.fromEntries(
          [...new Set(traitor.codes)].map((code) => [code, traitor.codes.filter((one) => one === code).length]),
        );
        console.log(
          `beside: ${Math.max(...slowestMs).toFixed(0)} ms; left ${(grownBytes / MIB).toFixed(1)} MiB; closed ${JSON.stringify(codes)}`,
        );
      }
    },
    timeoutMs,
  );
});
