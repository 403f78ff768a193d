import { collection, type Codec, type CollectionOptions, type SetReader, type SetWriter } from "mosaik";
import { valueOf } from "../texts.js";
import { exactly, noPlace, shown, type Kind } from "./kind.js";
import { typed, type Parts } from "./part.js";

/** A set of elements. */
export function setKind<T>(
  name: string,
  codec: Codec<T>,
  options: CollectionOptions,
): Kind<SetReader<T>, SetWriter<T>> {
  const elementOf = (text: string) => valueOf(codec, text);
  const only = (args: readonly string[]) => elementOf(exactly(args, "ELEMENT")[0]!);
  return {
    definition: collection.set(name, codec, options),
    *entries(reader) {
      for (const value of reader) yield { value: typed(codec, value) };
    },
    finder(text) {
      const value = elementOf(text);
      return (reader) => (reader.has(value) ? { value: typed(codec, value) } : undefined);
    },
    put(args, at) {
      noPlace(at);
      const value = only(args);
      return async (writer, wait) => ({ version: await writer.insert(value, wait) });
    },
    remove(args) {
      const value = only(args);
      return async (writer, wait) => ({ version: await writer.remove(value, wait) });
    },
    clear: () => async (writer, wait) => ({ version: await writer.clear(wait) }),
    watcher(text) {
      const partsOf = ({ value }: { readonly value: T }): Parts => ({ value: typed(codec, value) });
      if (text === undefined) return (reader, options) => shown(reader.changes(options), partsOf);
      const value = elementOf(text);
      return (reader, options) => shown(reader.watch(value, options), partsOf);
    },
  };
}
