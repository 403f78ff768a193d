import { GroupKey, type GroupId, type Groups } from "../groups/index.js";
import type { LocalNode } from "../network/index.js";
import type { CollectionShape } from "./config.js";
import { asCollectionError } from "./errors.js";
import { type CollectionKind, collectionGroupId, machineSignature, machineTypeName } from "./identity.js";
import { CollectionMachine, type AnyCommand } from "./machine.js";
import { CollectionMetrics } from "./metrics.js";
import { SoundCommands } from "./sound-commands.js";
import { Store } from "./store.js";
import { syncSignature } from "./sync/config.js";

export interface CollectionsContext {
  readonly node: LocalNode;
  readonly groups: Groups;
}

/** How a collection stands that this node has open. Its store id is told to nobody: who knows it may read and write. */
export interface OpenCollection {
  readonly groupId: GroupId;
  readonly kind: CollectionKind;
  /** How many commands have been carried out here. */
  readonly version: number;
  /** How many entries or elements there are. */
  readonly size: number;
}

type AnyStore = Store<AnyCommand, unknown, object, unknown>;

/** The collections that one node has open (spec 06). They are declared with `collection`, and opened from there. */
export class Collections {
  readonly #context: CollectionsContext;
  readonly #stores = new Map<GroupId, { readonly kind: CollectionKind; readonly store: AnyStore }>();

  constructor(context: CollectionsContext) {
    this.#context = context;
  }

  /**
   * The store of a collection: the one that handles of this node have open, or a new one.
   *
   * @throws CollectionError `closed`, `exporterUnavailable`
   */
  store<Command extends AnyCommand, Item, Change extends object, State>(
    shape: CollectionShape<Command, Item, Change, State>,
  ): Store<Command, Item, Change, State> {
    const id = collectionGroupId(shape.inputs);
    let store = this.#stores.get(id)?.store;
    if (store === undefined) {
      try {
        store = this.#open(id, shape);
      } catch (error) {
        throw asCollectionError(error);
      }
      this.#stores.set(id, { kind: shape.inputs.kind, store });
    }
    return store as unknown as Store<Command, Item, Change, State>;
  }

  /** The collections that handles of this node have open, each once. */
  *opened(): Iterable<OpenCollection> {
    for (const [groupId, { kind, store }] of this.#stores) {
      yield { groupId, kind, version: store.version, size: store.state.size };
    }
  }

  #open<Command extends AnyCommand, Item, Change extends object, State>(
    id: GroupId,
    { type, inputs, history }: CollectionShape<Command, Item, Change, State>,
  ): Store<Command, Item, Change, State> {
    const { groups, node } = this.#context;
    const { sync, tickets } = inputs;
    const parts = type.make(sync.fetchBatchSize);
    const store: Store<Command, Item, Change, State> = new Store({
      state: parts.state,
      historyLength: history,
      metrics: new CollectionMetrics(node.metrics, inputs.kind, id),
      machine: (listener) =>
        new CollectionMachine({
          signature: machineSignature(inputs),
          syncSignature: syncSignature(machineTypeName(inputs), sync),
          sync,
          ...parts,
          command: new SoundCommands(parts.command, (bytes) => node.runtime.isPublicKey(bytes)),
          listener,
          wallMs: () => node.runtime.wallMs(),
        }),
      join: (machine) => groups.join({ key: GroupKey.fromSecret(inputs.store), machine, tickets }),
      onEnded: () => {
        if ((this.#stores.get(id)?.store as unknown) === store) this.#stores.delete(id);
      },
    });
    return store;
  }
}
