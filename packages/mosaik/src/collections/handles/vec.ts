import type { WaitOptions } from "../../groups/index.js";
import type { Version } from "../changes.js";
import { CollectionError } from "../errors.js";
import type { VecChange, VecCommand, VecState } from "../machines/vec.js";
import { Handle } from "./handle.js";

/** What a pop took away. */
export interface Popped<T> {
  readonly version: Version;
  /** Nothing if the vec was empty, or if that is not known: a snapshot took the place of the command. */
  readonly value: T | undefined;
}

/** A vec that is shared by the nodes of a network, to be read (spec 06 §9.4). */
export class VecReader<T> extends Handle<VecState<T>, VecChange<T>> {
  /** The element at an index; negative ones count from the end. */
  at(index: number): T | undefined {
    return this.store.state.get(index < 0 ? index + this.size : index);
  }

  /** The first element. */
  get first(): T | undefined {
    return this.at(0);
  }

  /** The last element. */
  get last(): T | undefined {
    return this.at(-1);
  }

  /** Where the first element stands that is equal; -1 for nowhere. Equal as in Rust: by value, and NaN to nothing. */
  indexOf(value: T): number {
    return this.store.state.indexOf(value);
  }

  includes(value: T): boolean {
    return this.indexOf(value) >= 0;
  }

  /** The elements as they are now. */
  values(): IterableIterator<T> {
    return this.store.state.values()[Symbol.iterator]() as IterableIterator<T>;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.values();
  }
}

/** A vec that is shared by the nodes of a network. Methods that change it resolve, and throw, as those of `MapWriter`. */
export class VecWriter<T> extends VecReader<T> {
  /** Adds an element behind the last. */
  pushBack(value: T, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "PushBack", value }, [value], options);
  }

  /** Adds an element before the first. */
  pushFront(value: T, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "PushFront", value }, [value], options);
  }

  /**
   * Inserts before an index. What others do at the same time may make the vec shorter: then nothing is inserted.
   *
   * @throws CollectionError `indexOutOfRange` for an index behind the end, as it is here or at the leader: an insert there would end the
   * collection at members in Rust. A leader in Rust does not look
   */
  async insert(index: number, value: T, options?: WaitOptions): Promise<Version> {
    if (!(Number.isInteger(index) && index >= 0 && index <= this.size)) {
      throw new CollectionError("indexOutOfRange", `${index} is no place in a vec of ${this.size}`, {
        args: [index, value],
      });
    }
    return this.#write({ kind: "Insert", value: { index: BigInt(index), value } }, [index, value], options);
  }

  /** Adds elements behind the last, all at once. */
  async extend(values: Iterable<T>, options?: WaitOptions): Promise<Version> {
    const list = [...values];
    return list.length === 0 ? this.version : this.#write({ kind: "Extend", value: list }, [list], options);
  }

  /** Takes the last element away. */
  popBack(options?: WaitOptions): Promise<Popped<T>> {
    return this.#pop({ kind: "PopBack" }, [], options);
  }

  /** Takes the first element away. */
  popFront(options?: WaitOptions): Promise<Popped<T>> {
    return this.#pop({ kind: "PopFront" }, [], options);
  }

  /** Takes the element at an index away. */
  remove(index: number, options?: WaitOptions): Promise<Popped<T>> {
    return this.#pop({ kind: "Remove", value: asIndex(index) }, [index], options);
  }

  /** Exchanges two elements. */
  swap(i: number, j: number, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "Swap", value: { i: asIndex(i), j: asIndex(j) } }, [i, j], options);
  }

  /** Keeps the first elements. */
  truncate(length: number, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "Truncate", value: asIndex(length) }, [length], options);
  }

  /** Removes everything. */
  clear(options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "Clear" }, [], options);
  }

  async #pop(command: VecCommand<T>, args: readonly unknown[], options?: WaitOptions): Promise<Popped<T>> {
    const { index, result } = await this.writeFor(command, args, options);
    return { version: index, value: (result as readonly T[] | undefined)?.[0] };
  }

  #write(command: VecCommand<T>, args: readonly unknown[], options?: WaitOptions): Promise<Version> {
    return this.write(command, args, options);
  }
}

/** @throws CollectionError `indexOutOfRange` */
function asIndex(index: number): bigint {
  if (Number.isSafeInteger(index) && index >= 0) return BigInt(index);
  throw new CollectionError("indexOutOfRange", `${index} is no index`, { args: [index] });
}
