import { Codec, type Reader, type Shape, type Writer } from "@mosaik/postcard";
import type { Network } from "mosaik";
import { describe, expect, it } from "vitest";
import type { AnyCommand } from "../../../packages/mosaik/src/collections/machine.js";
import { fromHex, toHex } from "../../../packages/mosaik/src/primitives/index.js";
import type { RustCollectionType } from "../../src/index.js";
import type { Language } from "../group-members.js";
import { obstacle, useLanguagesOfFile, within } from "../setup.js";
import type { TsPeer } from "./members.js";
import { agreed, Party, type Share } from "./members.js";
import { SHARED_TYPES, shapeOf } from "./shared-types.js";

const OTHER: Record<Language, Language> = { ts: "rust", rust: "ts" };
const SOON_MS = 20_000;
const MEGABYTE = 2 ** 20;

/** The bytes of a command, as they are. */
class Forged {
  readonly kind = "forged";

  constructor(readonly bytes: Uint8Array) {}
}

/** Commands, and such as no writer makes. */
class ForgedCodec extends Codec<AnyCommand> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = undefined;

  constructor(private readonly inner: Codec<AnyCommand>) {
    super();
  }

  override get minSize(): number {
    return this.inner.minSize;
  }

  override write(writer: Writer, command: AnyCommand): void {
    if (command instanceof Forged) writer.raw(command.bytes);
    else this.inner.write(writer, command);
  }

  override read(reader: Reader): AnyCommand {
    return this.inner.read(reader);
  }
}

/** A member of a collection's group, as an observer, that sends what it likes. */
class Forger {
  readonly #group;

  constructor({ collections }: Network, name: RustCollectionType, store: string) {
    const { type } = SHARED_TYPES[name];
    const make: typeof type.make = (unsortedMax) => {
      const parts = type.make(unsortedMax);
      return { ...parts, command: new ForgedCodec(parts.command) };
    };
    this.#group = collections.store(shapeOf({ ...type, make }, store)).group;
  }

  async online(): Promise<void> {
    await this.#group.when().online().toPromise({ timeoutMs: SOON_MS });
  }

  /** Has the leader put a command into the log; fails where it does not. */
  async send(hex: string): Promise<void> {
    await this.#group.execute(new Forged(fromHex(hex)!), { timeoutMs: SOON_MS });
  }
}

const utf8 = new TextEncoder();
const NOW = "2026-01-02T03:04:05.678Z";

/** What are no commands of a `map<string, u64>`. */
const UNDECODABLE: readonly (readonly [what: string, hex: string])[] = [
  ["a value that ends too early", "01" + "02" + "0161" + "00"],
  ["a key that is no UTF-8", "01" + "02" + "01ff" + "01" + "01"],
  ["a key that claims more bytes than there are", "01" + "ffffffff0f" + "61" + "01" + "01"],
  ["a command that there is not", "3f"],
  ["nothing", ""],
  ["a request for a snapshot by a key that is none", "05" + "02" + "00".repeat(31) + "18" + toHex(utf8.encode(NOW))],
];

describe.skipIf(obstacle !== undefined)("commands that harm, among TypeScript and Rust", () => {
  const context = useLanguagesOfFile();

  /** Writers of both languages, the first of which leads. */
  async function gather(
    language: Language,
    name: RustCollectionType,
    store: string,
  ): Promise<{ shares: readonly Share[]; readonly forger: () => Promise<Forger> }> {
    const party = new Party(context.languages, store);
    const shares: Share[] = [];
    for (const each of [language, OTHER[language]]) {
      shares.push(await (await party.join(each)).open(name));
      await shares.at(-1)!.online();
    }
    const forger = async (): Promise<Forger> => {
      const joined = new Forger(((await party.join("ts")) as TsPeer).network, name, store);
      await joined.online();
      return joined;
    };
    return { shares, forger };
  }

  /** All of them take part: each writes, and all see it. */
  async function thrive(shares: readonly Share[], steps: readonly (readonly [string, ...unknown[]])[]): Promise<void> {
    for (const [i, share] of shares.entries()) {
      await within(SOON_MS, share.online(), "a member to be online");
      await within(SOON_MS, share.write(steps[i % steps.length]!), `a write in ${share.language}`);
    }
    await agreed(...shares);
  }

  it.concurrent.each(["ts", "rust"] as const)(
    "a leader in %s lets nothing into the log that does not decode, and keys of megabytes come through",
    async (language) => {
      const { shares, forger } = await gather(language, "map<string, u64>", `undecodable ${language}`);
      for (const [what, hex] of UNDECODABLE) {
        // It is cut off; nobody tells it why.
        await expect((await forger()).send(hex), what).rejects.toMatchObject({ code: "outcomeUnknown" });
        await thrive(shares, [["insert", what, 1]]);
      }
      expect(await agreed(...shares)).toHaveLength(UNDECODABLE.length);

      for (const [i, share] of shares.entries()) await share.write(["insert", String(i).repeat(4 * MEGABYTE), i]);
      expect(await agreed(...shares)).toHaveLength(UNDECODABLE.length + shares.length);
      const ours = shares.find((share) => share.language === "ts")!;
      await expect(ours.write(["insert", "x".repeat(65 * MEGABYTE), 1])).rejects.toMatchObject({ code: "encoding" });
      await shares[0]!.write(["clear"]);
      await thrive(shares, [["insert", "a", 1]]);
    },
  );

  it.concurrent(
    "an insert behind the end does not get into the log of a vec that is led in ts: members in Rust live on",
    async () => {
      const { shares, forger } = await gather("ts", "vec<string>", "behind the end");
      await shares[0]!.write(["extend", ["a", "b", "c"]]);
      const member = await forger();
      for (const index of ["04", "e707", "ffffffffffffffffff01"]) {
        await expect(member.send(`02${index}020178`), index).rejects.toMatchObject({ code: "refused" });
      }
      expect(await agreed(...shares)).toEqual(["a", "b", "c"]);
      await thrive(shares, [
        ["insert", 3, "d"],
        ["insert", 5, "f"],
      ]);
    },
  );

  it.concurrent(
    "an insert behind the end gets through a leader in rust, which is gone with it: ours goes on",
    async () => {
      const { shares, forger } = await gather("rust", "vec<string>", "behind the end of rust's");
      const [rust, ours] = shares as [Share, Share];
      await rust.write(["extend", ["a", "b", "c"]]);
      await agreed(...shares);
      const member = await forger();
      // Whether the leader still tells the places before it is gone is a matter of luck.
      await member.send(`02${"e707"}020178`).catch(() => undefined);
      await within(SOON_MS, ours.reaches((await rust.state()).version + 1), "the insert");
      await expect(rust.write(["pushBack", "d"])).rejects.toThrow("network down");
      await within(SOON_MS, ours.online(), "ours to be online");
      await within(SOON_MS, ours.write(["pushBack", "e"]), "a write");
      expect(await ours.entries()).toEqual(["a", "b", "c", "e"]);
      expect(await rust.entries()).toEqual(["a", "b", "c"]);
    },
  );

  it.concurrent.each(["ts", "rust"] as const)(
    "indexes of 64 bits that lie behind the end do nothing, in a vec that is led in %s",
    async (language) => {
      const { shares, forger } = await gather(language, "vec<string>", `indexes ${language}`);
      await shares[0]!.write(["extend", ["a", "b", "c"]]);
      const member = await forger();
      const max = "ffffffffffffffffff01";
      for (const hex of [`01${max}00`, `0100${max}`, `07${max}`, "0703", `08${max}`]) await member.send(hex);
      expect(await agreed(...shares)).toEqual(["a", "b", "c"]);
      await thrive(shares, [["pushBack", "d"]]);
    },
  );
});
