import {
  collection,
  type Codec,
  type PriorityQueueEntry,
  type PriorityQueueOptions,
  type PriorityQueueReader,
  type PriorityQueueWriter,
} from "mosaik";
import { valueOf } from "../texts.js";
import { exactly, noPlace, shown, type Kind } from "./kind.js";
import { typed, type Parts } from "./part.js";

/** A queue of entries by their priorities. */
export function queueKind<P, K, V>(
  name: string,
  priorityCodec: Codec<P>,
  keyCodec: Codec<K>,
  valueCodec: Codec<V>,
  options: PriorityQueueOptions,
): Kind<PriorityQueueReader<P, K, V>, PriorityQueueWriter<P, K, V>> {
  const keyOf = (text: string) => valueOf(keyCodec, text);
  const partsOf = ({ priority, key, value }: PriorityQueueEntry<P, K, V>): Parts => ({
    priority: typed(priorityCodec, priority),
    key: typed(keyCodec, key),
    value: typed(valueCodec, value),
  });
  return {
    definition: collection.priorityQueue(name, priorityCodec, keyCodec, valueCodec, options),
    *entries(reader) {
      for (const entry of reader) yield partsOf(entry);
    },
    finder(text) {
      if (text === "min" || text === "max") {
        return (reader) => (reader[text] === undefined ? undefined : partsOf(reader[text]));
      }
      const key = keyOf(text);
      return (reader) => {
        if (!reader.has(key)) return undefined;
        return { priority: typed(priorityCodec, reader.priorityOf(key)!), value: typed(valueCodec, reader.get(key)!) };
      };
    },
    put(args, at) {
      noPlace(at);
      const [first, second, third] = exactly(args, "PRIORITY", "KEY", "VALUE") as [string, string, string];
      const [priority, key, value] = [valueOf(priorityCodec, first), keyOf(second), valueOf(valueCodec, third)];
      return async (writer, wait) => ({ version: await writer.insert(priority, key, value, wait) });
    },
    remove(args) {
      const key = keyOf(exactly(args, "KEY")[0]!);
      return async (writer, wait) => ({ version: await writer.remove(key, wait) });
    },
    clear: () => async (writer, wait) => ({ version: await writer.clear(wait) }),
    watcher(text) {
      if (text === undefined) return (reader, options) => shown(reader.changes(options), partsOf);
      const key = keyOf(text);
      return (reader, options) => shown(reader.watch(key, options), partsOf);
    },
  };
}
