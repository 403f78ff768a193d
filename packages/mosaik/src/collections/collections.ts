import { t, type Codec } from "@mosaik/postcard";
import { GroupKey, type Group, type GroupId, type Groups } from "../groups/index.js";
import { listOf, type LocalNode, type OneOrMany } from "../network/index.js";
import { Digest, type DigestLike } from "../primitives/index.js";
import type { TicketValidator } from "../tickets/index.js";
import { CollectionError } from "./errors.js";
import { MapReader, MapWriter } from "./handles/map.js";
import {
  collectionGroupId,
  machineSignature,
  machineTypeName,
  type CollectionInputs,
  type CollectionKind,
} from "./identity.js";
import { CollectionMachine, type AnyCommand } from "./machine.js";
import { MapState, mapCommandCodec } from "./machines/map.js";
import { Store, type Kind } from "./store.js";
import { syncConfig, syncSignature, type SyncOptions } from "./sync/config.js";

export interface CollectionOptions {
  /** How late members get the state. All members must have the same. */
  readonly sync?: SyncOptions;
  /** Validators for which every member needs a valid ticket each. Order counts. */
  readonly requireTicket?: OneOrMany<TicketValidator>;
  /** What Rust's `type_name` prints for the machine, if it is not made of the types' names as rustc 1.95 does it. */
  readonly machineTypeName?: string;
  /** Changes that are kept for those who watch. Default: 1024. */
  readonly history?: number;
}

export interface CollectionsContext {
  readonly node: LocalNode;
  readonly groups: Groups;
}

type AnyStore = Store<AnyCommand, unknown, object, unknown>;

/** The collections of one node (spec 06). */
export class Collections {
  readonly #context: CollectionsContext;
  readonly #stores = new Map<GroupId, AnyStore>();

  constructor(context: CollectionsContext) {
    this.#context = context;
  }

  mapWriter<K, V>(store: DigestLike, key: Codec<K>, value: Codec<V>, options: CollectionOptions = {}): MapWriter<K, V> {
    return new MapWriter(this.#map(store, key, value, options), true);
  }

  mapReader<K, V>(store: DigestLike, key: Codec<K>, value: Codec<V>, options: CollectionOptions = {}): MapReader<K, V> {
    return new MapReader(this.#map(store, key, value, options), false);
  }

  #map<K, V>(store: DigestLike, key: Codec<K>, value: Codec<V>, options: CollectionOptions) {
    const { fetchBatchSize } = syncConfig(options.sync);
    return this.#open("map", store, [key, value], options, () => ({
      command: mapCommandCodec(key, value),
      item: t.tuple(t.encoded(key), t.encoded(value)),
      state: new MapState(key, value, fetchBatchSize),
    }));
  }

  #open<Command extends AnyCommand, Item, Change extends object, State>(
    kind: CollectionKind,
    name: DigestLike,
    types: readonly Codec<unknown>[],
    options: CollectionOptions,
    make: () => Kind<Command, Item, Change, State>,
  ): Store<Command, Item, Change, State> {
    const { groups, node } = this.#context;
    const tickets = listOf(options.requireTicket);
    const sync = syncConfig(options.sync);
    const inputs: CollectionInputs = { kind, store: Digest.from(name), typeNames: types.map(nameOf), sync, tickets };
    const signature = machineSignature(inputs);
    const syncDigest = syncSignature(machineTypeName(inputs), sync);
    const id = collectionGroupId(inputs);
    const open = this.#stores.get(id);
    if (open !== undefined) return open as unknown as Store<Command, Item, Change, State>;
    const { command, item, state } = make();
    const key = GroupKey.fromSecret(inputs.store);
    const opened = new Store(
      { state },
      {
        historyLength: options.history ?? 1024,
        machine: (listener) =>
          new CollectionMachine({
            signature,
            syncSignature: syncDigest,
            sync,
            command,
            item,
            state,
            listener,
            wallMs: () => node.runtime.wallMs(),
          }),
        join: (machine) => groups.join({ key, machine, tickets }) as Group<Command, undefined, undefined>,
        setSize: () => {},
        countSync: () => {},
        onClosed: () => this.#stores.delete(id),
      },
    );
    this.#stores.set(id, opened as unknown as AnyStore);
    return opened;
  }
}

function nameOf(codec: Codec<unknown>): string {
  if (codec.rustName !== undefined) return codec.rustName;
  throw new CollectionError("invalidOption", "a type of a collection has no Rust name: give the codec one");
}
