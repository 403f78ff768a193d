import { collection, type Codec, type CollectionOptions, type MapChange, type MapReader, type MapWriter } from "mosaik";
import { valueOf } from "../texts.js";
import { exactly, noPlace, shown, type Kind } from "./kind.js";
import { typed, type Parts } from "./part.js";

/** A map of keys to values. */
export function mapKind<K, V>(
  name: string,
  keyCodec: Codec<K>,
  valueCodec: Codec<V>,
  options: CollectionOptions,
): Kind<MapReader<K, V>, MapWriter<K, V>> {
  const keyOf = (text: string) => valueOf(keyCodec, text);
  return {
    definition: collection.map(name, keyCodec, valueCodec, options),
    *entries(reader) {
      for (const [key, value] of reader) yield { key: typed(keyCodec, key), value: typed(valueCodec, value) };
    },
    finder(text) {
      const key = keyOf(text);
      return (reader) => (reader.has(key) ? { value: typed(valueCodec, reader.get(key)!) } : undefined);
    },
    put(args, at) {
      noPlace(at);
      const [keyText, valueText] = exactly(args, "KEY", "VALUE") as [string, string];
      const [key, value] = [keyOf(keyText), valueOf(valueCodec, valueText)];
      return async (writer, wait) => ({ version: await writer.insert(key, value, wait) });
    },
    remove(args) {
      const key = keyOf(exactly(args, "KEY")[0]!);
      return async (writer, wait) => ({ version: await writer.remove(key, wait) });
    },
    clear: () => async (writer, wait) => ({ version: await writer.clear(wait) }),
    watcher(text) {
      const partsOf = (change: Exclude<MapChange<K, V>, { kind: "cleared" }>): Parts => {
        const key = typed(keyCodec, change.key);
        return change.kind === "set" ? { key, value: typed(valueCodec, change.value) } : { key };
      };
      if (text === undefined) return (reader, options) => shown(reader.changes(options), partsOf);
      const key = keyOf(text);
      return (reader, options) => shown(reader.watch(key, options), partsOf);
    },
  };
}
