import {
  collection,
  type CellReader,
  type CellWriter,
  type Codec,
  type CollectionOptions,
  type OnceReader,
  type OnceWriter,
} from "mosaik";
import { usageError } from "../../exit.js";
import { valueOf } from "../texts.js";
import { exactly, noPlace, shown, type Kind } from "./kind.js";
import { typed, type Parts } from "./part.js";

/** One value, which may change. */
export function cellKind<T>(
  name: string,
  codec: Codec<T>,
  options: CollectionOptions,
): Kind<CellReader<T>, CellWriter<T>> {
  return {
    definition: collection.cell(name, codec, options),
    entries: (reader) => held(codec, reader),
    finder: noKey,
    put(args, at) {
      noPlace(at);
      const value = valueOf(codec, exactly(args, "VALUE")[0]!);
      return async (writer, wait) => ({ version: await writer.set(value, wait) });
    },
    remove(args) {
      exactly(args);
      return async (writer, wait) => ({ version: await writer.clear(wait) });
    },
    clear: () => async (writer, wait) => ({ version: await writer.clear(wait) }),
    watcher(text) {
      if (text !== undefined) noKey();
      return (reader, options) => shown(reader.changes(options), (change) => ({ value: typed(codec, change.value) }));
    },
  };
}

/** One value, which is written once and for all. */
export function onceKind<T>(
  name: string,
  codec: Codec<T>,
  options: CollectionOptions,
): Kind<OnceReader<T>, OnceWriter<T>> {
  const forAll = () => usageError("what is written once stays", "--delete and --clear are for the other kinds.");
  return {
    definition: collection.once(name, codec, options),
    entries: (reader) => held(codec, reader),
    finder: noKey,
    put(args, at) {
      noPlace(at);
      const value = valueOf(codec, exactly(args, "VALUE")[0]!);
      return (writer, wait) => writer.set(value, wait);
    },
    remove() {
      throw forAll();
    },
    clear() {
      throw forAll();
    },
    watcher(text) {
      if (text !== undefined) noKey();
      return (reader, options) => shown(reader.changes(options), (change) => ({ value: typed(codec, change.value) }));
    },
  };
}

/** The value, if there is one. */
function* held<T>(
  codec: Codec<T>,
  reader: { readonly isEmpty: boolean; readonly value: T | undefined },
): Iterable<Parts> {
  if (!reader.isEmpty) yield { value: typed(codec, reader.value!) };
}

function noKey(): never {
  throw usageError("one value has no keys", "Leave out the key.");
}
