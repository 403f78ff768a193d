import { describe, expect, it } from "vitest";
import type { PriorityQueueReader } from "../../../packages/mosaik/src/collections/index.js";
import { SeededRandom } from "../../../packages/mosaik/src/runtime/index.js";
import type { CollectionStep, RustCollectionType } from "../../src/index.js";
import type { Language } from "../group-members.js";
import { obstacle, useLanguagesOfFile } from "../setup.js";
import { string, u64 } from "./elements.js";
import type { TsShare } from "./members.js";
import { agreed, Party, RustShare, type Peer, type Share } from "./members.js";

const OTHER: Record<Language, Language> = { ts: "rust", rust: "ts" };
const SEED = Number(process.env["MOSAIK_SEED"] ?? 1);
/** So few that most entries share theirs with many others. */
const PRIORITIES = 5;
const KEYS = 400;

/** Steps on a queue that is full most of the time. */
function steps(random: SeededRandom, count: number): CollectionStep[] {
  const below = (limit: number): number => Math.floor(random.unit() * limit);
  const key = (): string => `key-${below(KEYS)}`;
  const entry = (): [number, string, number] => [below(PRIORITIES), key(), below(3)];
  const kinds: readonly (() => CollectionStep)[] = [
    () => ["insert", ...entry()],
    () => ["extend", Array.from({ length: 1 + below(40) }, entry)],
    () => ["updatePriority", key(), below(PRIORITIES)],
    () => ["updateValue", key(), below(3)],
    () => ["compareExchangeValue", key(), below(3), below(3)],
    () => ["compareExchangeValue", key(), below(3), null],
    () => ["removeMany", [key(), key()]],
    () => ["removeRange", { included: below(PRIORITIES) }, { excluded: below(PRIORITIES) }],
  ];
  return Array.from({ length: count }, () => kinds[below(kinds.length)]!());
}

/** The entries that `min` and `max` give. */
async function ends(share: Share): Promise<readonly unknown[]> {
  if (share instanceof RustShare) {
    const { more } = await share.collection.info();
    return [more!.min, more!.max];
  }
  const { min, max } = (share as TsShare).handle as PriorityQueueReader<bigint, string, bigint>;
  return [min, max].map((one) => one && [u64.toJson(one.priority), string.toJson(one.key), u64.toJson(one.value)]);
}

/** A writer at each peer, the first of which leads. */
async function open(peers: readonly Peer[], name: RustCollectionType): Promise<Share[]> {
  const shares: Share[] = [];
  for (const peer of peers) {
    shares.push(await peer.open(name));
    await shares.at(-1)!.online();
  }
  return shares;
}

describe.skipIf(obstacle !== undefined)("queues with a capacity among TypeScript and Rust", () => {
  const context = useLanguagesOfFile();

  it.concurrent.each(["ts", "rust"] as const)(
    `led in %s: writers of both evict the same from seed ${SEED} on, and so do those who come late`,
    async (language) => {
      const party = new Party(context.languages, `evictions ${language}`);
      const peers = [await party.join(language), await party.join(OTHER[language])];
      const [writers, tied] = await Promise.all([
        open(peers, "queue<u64, string, u64; 100>"),
        open(peers, "queue<u64, u64, u64; 3>"),
      ]);
      await evictOlder(tied);

      const random = new SeededRandom(`${SEED} ${language}`);
      const shares = [...writers];
      for (let round = 0; round < 4; round++) {
        await Promise.all(writers.map((writer) => writer.write(...steps(random, 150))));
        const many = Array.from({ length: 120 }, (_, i) => [i % PRIORITIES, `key-${i}`, 0]);
        await writers[round % 2]!.write(["extend", many]);
        expect(await agreed(...shares)).toHaveLength(100);
        const [first, ...others] = await Promise.all(shares.map(ends));
        for (const other of others) expect(other).toEqual(first);
        if (round !== 1) continue;
        for (const late of ["ts", "rust"] as const) {
          shares.push(await (await party.join(late)).open("queue<u64, string, u64; 100>", { role: "reader" }));
          await shares.at(-1)!.online();
        }
      }
    },
  );
});

/** Of two keys with the same hash the one that was there first is evicted. */
async function evictOlder(shares: readonly Share[]): Promise<void> {
  const pair = [53_499, 53_512] as const;
  for (const [older, newer] of [pair, [...pair].reverse() as [number, number]]) {
    await shares[1]!.write(["clear"], ["insert", 10, older, 0], ["insert", 10, newer, 0], ["insert", 20, 1, 0]);
    await agreed(...shares);
    await shares[0]!.write(["insert", 30, 2, 0]);
    expect(await agreed(...shares)).toEqual([
      [10, newer, 0],
      [20, 1, 0],
      [30, 2, 0],
    ]);
  }
}
