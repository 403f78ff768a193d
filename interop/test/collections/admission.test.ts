import { describe, expect, it } from "vitest";
import type { RustCollectionType } from "../../src/index.js";
import type { Language } from "../group-members.js";
import { obstacle, until, useLanguagesOfFile } from "../setup.js";
import { agreed, Party, TsShare, type OpenOptions } from "./members.js";
import { SHARED_TYPES } from "./shared-types.js";

const OTHER: Record<Language, Language> = { ts: "rust", rust: "ts" };
const REFUSED = 30403;
const SOON_MS = 20_000;

describe.skipIf(obstacle !== undefined)("admission to collections of TypeScript and Rust", () => {
  const context = useLanguagesOfFile();

  it.concurrent(
    "ids of groups are the same for every type, store, way to catch up and ticket, and differ with each of them",
    async () => {
      const party = new Party(context.languages, "ids");
      const [ours, theirs] = [await party.join("ts"), await party.join("rust")];
      const names = Object.keys(SHARED_TYPES) as RustCollectionType[];
      const cases: (readonly [RustCollectionType, OpenOptions])[] = [
        ...names.map((name) => [name, {}] as const),
        ["map<string, u64>", { store: "another" }],
        ["map<string, u64>", { store: "ab".repeat(32) }],
        ["map<string, u64>", { requireTicket: true }],
        ["map<string, u64>", { sync: { fetchBatchSize: 100 } }],
        ["map<string, u64>", { sync: { snapshotTtlMs: 1 } }],
        ["map<string, u64>", { sync: { snapshotRequestTimeoutMs: 60_000 } }],
        ["map<string, u64>", { sync: { fetchTimeoutMs: 1234 } }],
        [
          "vec<string>",
          { sync: { fetchBatchSize: 1, snapshotTtlMs: 1, snapshotRequestTimeoutMs: 1, fetchTimeoutMs: 1 } },
        ],
      ];
      const ids: string[] = [];
      for (const [name, options] of cases) {
        const pair = [await ours.open(name, options), await theirs.open(name, { ...options, role: "reader" })] as const;
        expect(pair[1].groupId, JSON.stringify([name, options])).toBe(pair[0].groupId);
        ids.push(pair[0].groupId);
      }
      expect(new Set(ids).size).toBe(cases.length);
    },
  );

  it.concurrent.each(["ts", "rust"] as const)(
    "a writer in %s admits with a ticket, and refuses without one until there is one",
    async (language) => {
      const party = new Party(context.languages, `tickets of ${language}`);
      const peers = [await party.join(language), await party.join(OTHER[language]), await party.join(OTHER[language])];
      await peers[0]!.getTicket();
      await peers[1]!.getTicket();
      const options = { requireTicket: true };
      const writer = await peers[0]!.open("map<string, u64>", options);
      await writer.online();
      await writer.write(["insert", "a", 1]);
      const admitted = await peers[1]!.open("map<string, u64>", { ...options, role: "reader" });
      const outsider = await peers[2]!.open("map<string, u64>", { ...options, role: "reader" });
      await admitted.online();
      await writer.write(["insert", "b", 2]);
      expect(await agreed(writer, admitted)).toHaveLength(2);

      const seenBy = [writer, outsider].find((share) => share instanceof TsShare)!;
      const other = peers[seenBy === writer ? 2 : 0]!.id;
      const isRefusal = (event: TsShare["events"][number]): boolean =>
        event.kind === "refused" && event.peer.hex === other && event.code === REFUSED;
      await until(SOON_MS, () => seenBy.events.some(isRefusal), "a refusal");
      expect(await outsider.state()).toMatchObject({ size: 0, version: 0, online: false });

      await peers[2]!.getTicket();
      await outsider.online();
      expect(await agreed(writer, admitted, outsider)).toHaveLength(2);
    },
  );
});
