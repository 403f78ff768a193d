import type { Codec, CollectionOptions } from "mosaik";
import { usageError } from "../exit.js";
import { loadCodec } from "../notation/index.js";
import type { CollectionFlags } from "./collection-flags.js";
import type { AnyKind } from "./kinds/kind.js";
import { mapKind } from "./kinds/map.js";
import { queueKind } from "./kinds/queue.js";
import { setKind } from "./kinds/set.js";
import { cellKind, onceKind } from "./kinds/single.js";
import { vecKind } from "./kinds/vec.js";
import { loadValidators } from "./validators.js";

/** The collection that the options declare under a name. @throws CliError; CollectionError `invalidOption` */
export async function declaredCollection(name: string, flags: CollectionFlags): Promise<AnyKind> {
  const { kind, machineTypeName, capacity } = flags;
  const options: CollectionOptions = {
    ...(machineTypeName !== undefined && { machineTypeName }),
    requireTicket: await loadValidators(flags.requireTicket),
  };
  if (capacity !== undefined && kind !== "queue") throw usageError("only a queue has a --capacity");
  const value = await named("--value", flags.value);
  switch (kind) {
    case "map":
      return mapKind(name, await named("--key", flags.key), value, options);
    case "set":
      return setKind(name, value, options);
    case "vec":
      return vecKind(name, value, options);
    case "cell":
      return cellKind(name, value, options);
    case "once":
      return onceKind(name, value, options);
    case "queue": {
      const [priority, key] = [await named("--priority", flags.priority), await named("--key", flags.key)];
      return queueKind(name, priority, key, value, { ...options, ...(capacity === undefined ? {} : { capacity }) });
    }
  }
}

/** A type that may be a part of a collection's id. */
async function named(option: string, text: string): Promise<Codec<unknown>> {
  const codec = await loadCodec(text);
  if (codec.rustName !== undefined) return codec;
  throw usageError(
    `${option} ${text} has no name, and names are a part of a collection's id`,
    "Write it in the notation with a name in front, as in demo::Reading{…}.",
  );
}
