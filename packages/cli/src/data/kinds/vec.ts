import { collection, type Codec, type CollectionOptions, type VecReader, type VecWriter } from "mosaik";
import { usageError } from "../../exit.js";
import { valueOf } from "../texts.js";
import { exactly, shown, type Kind } from "./kind.js";
import { index, typed, typedList, type Parts } from "./part.js";

/** A vec of elements. */
export function vecKind<T>(
  name: string,
  codec: Codec<T>,
  options: CollectionOptions,
): Kind<VecReader<T>, VecWriter<T>> {
  return {
    definition: collection.vec(name, codec, options),
    *entries(reader) {
      let at = 0;
      for (const value of reader) yield { index: index(at++), value: typed(codec, value) };
    },
    finder(text) {
      const place = placeOf(text);
      return (reader) => {
        const at = place === "last" ? reader.size - 1 : place === "first" ? 0 : place;
        return at >= 0 && at < reader.size ? { value: typed(codec, reader.at(at)!) } : undefined;
      };
    },
    put(args, at) {
      const value = valueOf(codec, exactly(args, "ELEMENT")[0]!);
      return async (writer, wait) => ({
        version: await (at === undefined ? writer.pushBack(value, wait) : writer.insert(at, value, wait)),
      });
    },
    remove(args) {
      const place = placeOf(exactly(args, "INDEX")[0]!);
      return async (writer, wait) => {
        const { version, value } = await (place === "first"
          ? writer.popFront(wait)
          : place === "last"
            ? writer.popBack(wait)
            : writer.remove(place, wait));
        return { version, taken: value === undefined ? undefined : typed(codec, value) };
      };
    },
    clear: () => async (writer, wait) => ({ version: await writer.clear(wait) }),
    watcher(text) {
      if (text !== undefined) throw usageError("the changes of a vec are watched as a whole", "Leave out the index.");
      return (reader, options) =>
        shown(reader.changes(options), (change): Parts => {
          if (change.kind === "swapped") return { i: index(change.i), j: index(change.j) };
          return { index: index(change.index), values: typedList(codec, change.values) };
        });
    },
  };
}

function placeOf(text: string): number | "first" | "last" {
  if (text === "first" || text === "last") return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw usageError(`${text} is no place in a vec`, "A place is an index from 0, first or last.");
}
