import { consensusConfig, GroupKey, groupId, groupIdParts, type GroupId } from "../groups/index.js";
import { Digest, littleEndian } from "../primitives/index.js";
import type { TicketValidator } from "../tickets/index.js";
import { CollectionError } from "./errors.js";
import { syncSignature, type SyncConfig } from "./sync/config.js";

/** The six kinds of collections. */
export type CollectionKind = "map" | "vec" | "set" | "cell" | "once" | "priorityQueue";

/** Names a collection among those of its kind and types. Who knows it may read and write: it is the group's secret (spec 06 §2.1). */
export type StoreId = Digest;

/** What Rust calls the kinds: in the machine's signature, and the type of the machine. */
const NAMES: Readonly<Record<CollectionKind, readonly [prefix: string, machine: string]>> = {
  map: ["mosaik_collections_map", "map::MapStateMachine"],
  vec: ["mosaik_collections_vec", "vec::VecStateMachine"],
  set: ["mosaik_collections_set", "set::SetStateMachine"],
  cell: ["mosaik_collections_cell", "cell::CellStateMachine"],
  once: ["mosaik_collections_once", "once::OnceStateMachine"],
  priorityQueue: ["mosaik_collections_depq", "depq::DepqStateMachine"],
};

/** The capacity of an unbounded queue, as it enters the id. */
const UNBOUNDED = 2n ** 64n - 1n;

/** Everything that the id of a collection's group is derived from. */
export interface CollectionInputs {
  readonly kind: CollectionKind;
  readonly store: StoreId;
  /** What Rust's `type_name` prints for the parameters: of a queue priority, key and value; of a map key and value; else the element. */
  readonly typeNames: readonly string[];
  /** Of a queue: the most entries that it holds, `Infinity` for an unbounded one. */
  readonly capacity?: number;
  readonly sync: SyncConfig;
  /** What Rust's `type_name` prints for the machine, if it is not made of the other names in the way that rustc 1.95 has. */
  readonly machineTypeName?: string;
  /** In the order in which they were required. */
  readonly tickets: readonly Pick<TicketValidator, "signature">[];
}

/** The signature of a collection's machine (spec 06 §2.2). */
export function machineSignature({ kind, store, typeNames, capacity }: CollectionInputs): Digest {
  const named = typeNames.reduce((id, name) => id.derive(name), Digest.from(NAMES[kind][0]).derive(store.bytes));
  return kind === "priorityQueue" ? named.derive(littleEndian(capacityInId(capacity), 8)) : named;
}

/** What Rust's `type_name` prints for a collection's machine (spec 06 §2.3). */
export function machineTypeName({ kind, typeNames, capacity, machineTypeName: given }: CollectionInputs): string {
  if (given !== undefined) return given;
  const parameters = [...typeNames];
  if (kind === "priorityQueue") {
    const inId = capacityInId(capacity);
    parameters.push(inId === UNBOUNDED ? "u64::MAX" : String(inId));
  }
  return `mosaik::collections::${NAMES[kind][1]}<${parameters.join(", ")}>`;
}

/** The id of a collection's group (spec 06 §2.4). */
export function collectionGroupId(inputs: CollectionInputs): GroupId {
  return groupId(groupInputs(inputs));
}

/** All that the id of a collection's group is made of, in words: for when two nodes do not meet. */
export function explainCollection(inputs: CollectionInputs): (readonly [name: string, value: string])[] {
  const { kind, store, typeNames, capacity, sync } = inputs;
  return [
    ["kind", kind],
    ["store id", store.hex],
    ...typeNames.map((name, i) => [`type ${i}`, name] as const),
    ...(kind === "priorityQueue" ? [["capacity", String(capacityInId(capacity))] as const] : []),
    ["machine type", machineTypeName(inputs)],
    ...Object.entries(sync).map(([name, value]) => [name, String(value)] as const),
    ...groupIdParts(groupInputs(inputs)).map(([name, digest]) => [`digest of ${name}`, digest.hex] as const),
    ["group id", collectionGroupId(inputs).hex],
  ];
}

function groupInputs(inputs: CollectionInputs): Parameters<typeof groupId>[0] {
  return {
    key: GroupKey.fromSecret(inputs.store),
    consensus: consensusConfig(),
    machine: {
      signature: machineSignature(inputs),
      sync: { signature: syncSignature(machineTypeName(inputs), inputs.sync) } as never,
    },
    tickets: inputs.tickets,
  };
}

function capacityInId(capacity = Infinity): bigint {
  if (capacity === Infinity) return UNBOUNDED;
  if (Number.isSafeInteger(capacity) && capacity >= 0) return BigInt(capacity);
  throw new CollectionError("invalidOption", `a queue's capacity is a whole number, or Infinity: not ${capacity}`);
}
