import { t, type Codec } from "@mosaik/postcard";
import { ChunkedVec } from "./chunked-vec.js";
import { sameBytes } from "./equality.js";
import { frozenItems } from "./frozen-items.js";
import { INSTALL_STEP, type CollectionState, type Frozen, type Tell } from "./state.js";
import { vecAdmission } from "./vec-admission.js";
import { snapshotRequestCodec, type SnapshotRequest } from "./take-snapshot.js";

/** The commands of a vec, in the order of their numbers on the wire (spec 06 §6.4). */
export type VecCommand<T> =
  | { kind: "Clear"; value?: undefined }
  | { kind: "Swap"; value: { i: bigint; j: bigint } }
  | { kind: "Insert"; value: { index: bigint; value: T } }
  | { kind: "PushBack"; value: T }
  | { kind: "PushFront"; value: T }
  | { kind: "PopBack"; value?: undefined }
  | { kind: "PopFront"; value?: undefined }
  | { kind: "Remove"; value: bigint }
  | { kind: "Truncate"; value: bigint }
  | { kind: "Extend"; value: T[] }
  | { kind: "TakeSnapshot"; value: SnapshotRequest };

/** What happened to a vec. */
export type VecChange<T> =
  | { readonly kind: "inserted"; readonly index: number; readonly values: readonly T[] }
  | { readonly kind: "removed"; readonly index: number; readonly values: readonly T[] }
  | { readonly kind: "swapped"; readonly i: number; readonly j: number }
  | { readonly kind: "cleared" };

export function vecCommandCodec<T>(element: Codec<T>): Codec<VecCommand<T>> {
  const T = t.encoded(element);
  return t.enum({
    Clear: t.unit,
    Swap: t.struct({ i: t.u64, j: t.u64 }),
    Insert: t.struct({ index: t.u64, value: T }),
    PushBack: T,
    PushFront: T,
    PopBack: t.unit,
    PopFront: t.unit,
    Remove: t.u64,
    Truncate: t.u64,
    Extend: t.vec(T),
    TakeSnapshot: snapshotRequestCodec,
  }) as Codec<unknown> as Codec<VecCommand<T>>;
}

/** The data of a vec. Indexes come as the 64 bits of the wire: what lies behind the end does nothing. */
export class VecState<T> implements CollectionState<VecCommand<T>, T, VecChange<T>> {
  readonly admission = vecAdmission(() => this.size);
  #elements = new ChunkedVec<T>();
  readonly #equals: (a: T, b: T) => boolean;

  constructor(element: Codec<T>) {
    this.#equals = element.shape.kind === "float" ? (a, b) => a === b : sameBytes(element);
  }

  get size(): number {
    return this.#elements.length;
  }

  get(index: number): T | undefined {
    return Number.isInteger(index) && index >= 0 && index < this.size ? this.#elements.get(index) : undefined;
  }

  /** Where the first element stands that equals: as in Rust, NaN nothing, and 0 also -0. -1 for nowhere. */
  indexOf(value: T): number {
    let index = 0;
    for (const element of this.#elements.freeze()) {
      if (this.#equals(element, value)) return index;
      index++;
    }
    return -1;
  }

  /** The elements as they are now, for ever. */
  values(): Iterable<T> {
    return this.#elements.freeze();
  }

  /** @returns of what takes one element away, that element in an array; else nothing */
  apply(command: VecCommand<T>, tell?: Tell<VecChange<T>>): readonly T[] | undefined {
    switch (command.kind) {
      case "Clear":
        if (this.size > 0) tell?.({ kind: "cleared" });
        this.clear();
        return undefined;
      case "Swap":
        this.#swap(Number(command.value.i), Number(command.value.j), tell);
        return undefined;
      case "Insert":
        // Rust's members panic here (spec 06 §14.1).
        if (command.value.index <= this.size) this.#insert(Number(command.value.index), [command.value.value], tell);
        return undefined;
      case "PushBack":
        this.#insert(this.size, [command.value], tell);
        return undefined;
      case "PushFront":
        this.#insert(0, [command.value], tell);
        return undefined;
      case "PopBack":
        return this.#remove(this.size - 1, 1, tell);
      case "PopFront":
        return this.#remove(0, 1, tell);
      case "Remove":
        return this.#remove(Number(command.value), 1, tell);
      case "Truncate":
        if (command.value < this.size) this.#remove(Number(command.value), this.size - Number(command.value), tell);
        return undefined;
      case "Extend":
        if (command.value.length > 0) this.#insert(this.size, command.value, tell);
        return undefined;
      case "TakeSnapshot":
        return undefined;
    }
  }

  clear(): void {
    this.#elements = new ChunkedVec();
  }

  freeze(): Frozen<T> {
    const { size } = this;
    const frozen = this.#elements.freeze();
    return {
      ...frozenItems([]),
      size,
      *items() {
        return frozen.toArray();
      },
    };
  }

  *install(items: readonly T[]): Generator<void, boolean, void> {
    const elements = new ChunkedVec<T>();
    while (elements.length < items.length) {
      elements.insert(elements.length, items.slice(elements.length, elements.length + INSTALL_STEP));
      yield;
    }
    this.#elements = elements;
    return true;
  }

  #swap(i: number, j: number, tell: Tell<VecChange<T>> | undefined): void {
    if (i >= this.size || j >= this.size || i === j) return;
    const value = this.#elements.get(i);
    this.#elements.set(i, this.#elements.get(j));
    this.#elements.set(j, value);
    tell?.({ kind: "swapped", i, j });
  }

  #insert(index: number, values: readonly T[], tell: Tell<VecChange<T>> | undefined): void {
    this.#elements.insert(index, values);
    tell?.({ kind: "inserted", index, values });
  }

  #remove(index: number, count: number, tell: Tell<VecChange<T>> | undefined): readonly T[] | undefined {
    if (index < 0 || index >= this.size) return undefined;
    const values = Array.from({ length: count }, (_, i) => this.#elements.get(index + i));
    this.#elements.remove(index, count);
    tell?.({ kind: "removed", index, values });
    return values;
  }
}
