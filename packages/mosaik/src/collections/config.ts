import type { Codec } from "@mosaik/postcard";
import { listOf, type OneOrMany } from "../network/index.js";
import { Digest, type DigestLike } from "../primitives/index.js";
import type { TicketValidator } from "../tickets/index.js";
import { CollectionError } from "./errors.js";
import type { CollectionInputs } from "./identity.js";
import type { CollectionType } from "./kinds.js";
import type { AnyCommand } from "./machine.js";
import { syncConfig, type SyncOptions } from "./sync/config.js";

/** Options of a collection. Members that differ in one that enters the group's id never meet. */
export interface CollectionOptions {
  /** Validators for which every member needs a valid ticket each. Their order counts: it enters the group's id. */
  readonly requireTicket?: OneOrMany<TicketValidator>;
  /** How late members get the state. It enters the group's id. */
  readonly sync?: SyncOptions;
  /** What Rust's `type_name` prints for the machine, where it is not made of the types' names as rustc 1.95 does it. In the group's id. */
  readonly machineTypeName?: string;
  /** Changes that each node keeps for those who watch, from 1 to 2^20. Default: 1024. */
  readonly history?: number;
}

const HISTORY = 1024;
const HISTORY_MAX = 2 ** 20;

/** A collection as it is declared: its types, and all that its group's id is made of. */
export interface CollectionShape<Command extends AnyCommand, Item, Change extends object, State> {
  readonly type: CollectionType<Command, Item, Change, State>;
  readonly inputs: CollectionInputs & { readonly tickets: readonly TicketValidator[] };
  readonly history: number;
}

/** @throws CollectionError `invalidOption` */
export function collectionShape<Command extends AnyCommand, Item, Change extends object, State>(
  type: CollectionType<Command, Item, Change, State>,
  store: DigestLike,
  { requireTicket, sync, machineTypeName, history = HISTORY }: CollectionOptions,
): CollectionShape<Command, Item, Change, State> {
  if (!(Number.isInteger(history) && history >= 1 && history <= HISTORY_MAX)) {
    throw new CollectionError("invalidOption", `history must be a whole number from 1 to 2^20, not ${history}`);
  }
  const { kind, codecs, capacity } = type;
  const inputs = {
    kind,
    store: Digest.from(store),
    typeNames: codecs.map(nameOf),
    ...(capacity === undefined ? {} : { capacity }),
    sync: syncConfig(sync),
    ...(machineTypeName === undefined ? {} : { machineTypeName }),
    tickets: listOf(requireTicket),
  };
  requireUsable(type);
  return { type, inputs, history };
}

function nameOf(codec: Codec<unknown>): string {
  if (codec.rustName !== undefined) return codec.rustName;
  throw new CollectionError("invalidOption", "a type of a collection has no Rust name: give its codec one");
}

/** Keys without a hash and priorities without an order are found out when a collection is declared, not when it is opened. */
function requireUsable(type: { make(unsortedMax: number): unknown }): void {
  try {
    type.make(0);
  } catch (cause) {
    throw new CollectionError("invalidOption", (cause as Error).message, { cause });
  }
}
