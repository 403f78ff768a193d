import { Codec, type Reader, type Writer } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import type { RustCollectionType } from "../../src/index.js";
import type { Language } from "../group-members.js";
import { obstacle, useLanguages } from "../setup.js";
import { Party, type OpenOptions, type Share } from "./members.js";
import { SHARED_TYPES } from "./shared-types.js";

const OTHER: Record<Language, Language> = { ts: "rust", rust: "ts" };
const COUNT = 100_000;
/** Entries in a command: less than a megabyte. */
const CHUNK = 10_000;

/** Counts what is written. */
class Counting<T> extends Codec<T> {
  readonly shape;
  readonly rustName;

  constructor(
    private readonly inner: Codec<T>,
    private readonly count: () => void,
  ) {
    super();
    this.shape = inner.shape;
    this.rustName = inner.rustName;
  }

  override get minSize(): number {
    return this.inner.minSize;
  }

  override write(writer: Writer, value: T): void {
    this.count();
    this.inner.write(writer, value);
  }

  override read(reader: Reader): T {
    return this.inner.read(reader);
  }
}

/** A type whose nodes in TypeScript count the items of snapshots that they give to others. */
function counted(name: RustCollectionType): { readonly options: OpenOptions; readonly served: () => number } {
  const { type } = SHARED_TYPES[name];
  let count = 0;
  const make: typeof type.make = (unsortedMax) => {
    const parts = type.make(unsortedMax);
    return { ...parts, item: new Counting(parts.item, () => count++) };
  };
  return { options: { type: { ...type, make } }, served: () => count };
}

async function fill(writer: Share, entryOf: (i: number) => unknown): Promise<void> {
  for (let at = 0; at < COUNT; at += CHUNK) {
    await writer.write(["extend", Array.from({ length: CHUNK }, (_, i) => entryOf(at + i))]);
  }
}

/** How the types make an entry of a number. Among these u64 are two pairs whose hashes are equal. */
const FILLED = {
  "map<string, u64>": (i: number): unknown => [`key-${i}`, i],
  "set<u64>": (i: number): unknown => i,
} satisfies Partial<Record<RustCollectionType, (i: number) => unknown>>;
const NAMES = Object.keys(FILLED) as (keyof typeof FILLED)[];

/** Whether a node has them all; in any order, since nodes differ in that of keys with the same hash. */
async function hasAll(share: Share, entryOf: (i: number) => unknown): Promise<boolean> {
  const [there, meant] = [await share.entries(), Array.from({ length: COUNT }, (_, i) => entryOf(i))].map((entries) =>
    entries.map((entry) => JSON.stringify(entry)).sort(),
  );
  return there!.length === COUNT && there!.every((entry, i) => entry === meant![i]);
}

describe.skipIf(obstacle !== undefined)("a hundred thousand entries among TypeScript and Rust", () => {
  const context = useLanguages();

  it.each((["ts", "rust"] as const).flatMap((language) => NAMES.map((name) => [language, name] as const)))(
    "of a writer in %s: a %s comes whole to a reader of the other language, and from those who have it to one of each",
    async (language, name) => {
      const party = new Party(context.languages, `${COUNT} in ${language}: ${name}`);
      const { options, served } = counted(name);
      const writer = await (await party.join(language)).open(name, options);
      await writer.online();
      await fill(writer, FILLED[name]);

      const first = await (await party.join(OTHER[language])).open(name, { ...options, role: "reader" });
      await first.online();
      expect(await hasAll(first, FILLED[name])).toBe(true);
      expect(served()).toBe(language === "ts" ? COUNT : 0);

      for (const late of ["rust", "ts"] as const) {
        const further = await (await party.join(late)).open(name, { role: "reader" });
        await further.online();
        expect(await hasAll(further, FILLED[name])).toBe(true);
      }
    },
  );
});
