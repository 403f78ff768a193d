import { describe, expect, it } from "vitest";
import {
  collectionGroupId,
  explainCollection,
  machineSignature,
  machineTypeName,
  type CollectionInputs,
  type CollectionKind,
} from "../../src/collections/identity.js";
import { syncConfig, syncSignature } from "../../src/collections/sync/config.js";
import { Digest } from "../../src/primitives/index.js";
import { loadCases } from "../vectors/load.js";

interface Case {
  readonly kind: string;
  readonly name: string;
  readonly collection: string;
  readonly store: string;
  readonly storeId: string;
  readonly typeNames: readonly string[];
  readonly capacity: string | null;
  readonly machineTypeName: string;
  readonly stateMachineSignature: string;
  readonly stateSyncSignature: string;
  readonly groupId: string;
  readonly sync: Parameters<typeof syncConfig>[0];
  readonly validators: readonly string[];
}

const U64_MAX = "18446744073709551615";
const KINDS: Readonly<Record<string, CollectionKind>> = {
  Map: "map",
  Vec: "vec",
  Set: "set",
  Cell: "cell",
  Once: "once",
  PriorityQueue: "priorityQueue",
};
const cases = loadCases<Case>("collections.json").filter(({ kind }) => kind === "group-id");

function inputsOf({ collection, store, typeNames, capacity, sync, validators }: Case): CollectionInputs {
  return {
    kind: KINDS[collection]!,
    store: Digest.from(store),
    typeNames,
    capacity: capacity === null || capacity === U64_MAX ? Infinity : Number(capacity),
    sync: syncConfig(sync),
    tickets: validators.map((signature) => ({ signature: Digest.from(signature) })),
  };
}

/** JavaScript's numbers do not tell it from its neighbours. */
const isSafe = ({ capacity }: Case): boolean =>
  capacity === null || capacity === U64_MAX || Number.isSafeInteger(Number(capacity));

describe("the group ids of collections that Rust opened", () => {
  it.each(cases.filter(isSafe))("$name", (one) => {
    const inputs = inputsOf(one);
    expect(inputs.store.hex).toBe(one.storeId);
    expect(machineTypeName(inputs)).toBe(one.machineTypeName);
    expect(machineSignature(inputs).hex).toBe(one.stateMachineSignature);
    expect(syncSignature(one.machineTypeName, inputs.sync).hex).toBe(one.stateSyncSignature);
    expect(collectionGroupId(inputs).hex).toBe(one.groupId);
  });

  it("are those of all kinds", () => {
    expect(new Set(cases.map(({ collection }) => collection))).toEqual(new Set(Object.keys(KINDS)));
    expect(cases.filter((one) => !isSafe(one)).length).toBeLessThanOrEqual(1);
  });

  it("are explained part by part", () => {
    const one = cases.find(({ validators }) => validators.length === 1)!;
    const parts = new Map(explainCollection(inputsOf(one)));
    expect(parts.get("store id")).toBe(one.storeId);
    expect(parts.get("machine type")).toBe(one.machineTypeName);
    expect(parts.get("digest of machine")).toBe(one.stateMachineSignature);
    expect(parts.get("digest of sync")).toBe(one.stateSyncSignature);
    expect(parts.get("digest of ticket 0")).toBe(one.validators[0]);
    expect(parts.get("fetchBatchSize")).toBe("2000");
    expect(parts.get("group id")).toBe(one.groupId);
  });

  it("take a machine's name as it is given", () => {
    const inputs = { ...inputsOf(cases[0]!), machineTypeName: "other::Machine" };
    expect(machineTypeName(inputs)).toBe("other::Machine");
    expect(collectionGroupId(inputs).hex).not.toBe(cases[0]!.groupId);
  });
});

describe("options", () => {
  it.each([{ fetchBatchSize: 0 }, { snapshotTtlMs: -1 }, { fetchTimeoutMs: 1.5 }, { snapshotRequestTimeoutMs: NaN }])(
    "refuse %o",
    (options) => {
      expect(() => syncConfig(options)).toThrow(expect.objectContaining({ code: "invalidOption" }));
    },
  );

  it("refuse capacities that are no numbers of entries", () => {
    const queue = inputsOf(cases.find(({ collection }) => collection === "PriorityQueue")!);
    for (const capacity of [-1, 0.5, NaN, 2 ** 60]) {
      expect(() => machineSignature({ ...queue, capacity })).toThrow(
        expect.objectContaining({ code: "invalidOption" }),
      );
    }
  });
});
