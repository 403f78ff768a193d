import { t, type Codec } from "@mosaik/postcard";
import type { Identity } from "../keys/identity.js";
import { keysOf, type Keys } from "../keys/keys.js";
import { FrozenEntries } from "./frozen-entries.js";
import { KeptMap } from "./kept-map.js";
import { INSTALL_STEP, type CollectionState, type Frozen, type Tell } from "./state.js";
import { snapshotRequestCodec, type SnapshotRequest } from "./take-snapshot.js";

/** The commands of a set, in the order of their numbers on the wire (spec 06 §6.5). */
export type SetCommand<T> =
  | { kind: "Clear"; value?: undefined }
  | { kind: "Insert"; value: T }
  | { kind: "RemoveMany"; value: T[] }
  | { kind: "Extend"; value: T[] }
  | { kind: "TakeSnapshot"; value: SnapshotRequest };

/** What happened to a set. */
export type SetChange<T> =
  | { readonly kind: "added"; readonly value: T }
  | { readonly kind: "removed"; readonly value: T }
  | { readonly kind: "cleared" };

export function setCommandCodec<T>(element: Codec<T>): Codec<SetCommand<T>> {
  const T = t.encoded(element);
  return t.enum({
    Clear: t.unit,
    Insert: T,
    RemoveMany: t.vec(T),
    Extend: t.vec(T),
    TakeSnapshot: snapshotRequestCodec,
  }) as Codec<unknown> as Codec<SetCommand<T>>;
}

/** The data of a set. */
export class SetState<T> implements CollectionState<SetCommand<T>, T, SetChange<T>> {
  readonly keys: Keys<T>;
  readonly #elements = new KeptMap<true>();

  /** @throws TypeError for a type that has no hash in Rust */
  constructor(
    element: Codec<T>,
    private readonly unsortedMax: number,
  ) {
    this.keys = keysOf(element);
  }

  get size(): number {
    return this.#elements.size;
  }

  has(value: T): boolean {
    return this.#elements.has(this.keys.identity(value));
  }

  /** The elements at this moment, in no particular order. */
  *values(): Generator<T, void, void> {
    for (const [identity] of this.#elements.entries()) yield this.keys.key(identity);
  }

  apply(command: SetCommand<T>, tell?: Tell<SetChange<T>>): undefined {
    switch (command.kind) {
      case "Clear":
        if (this.size > 0) tell?.({ kind: "cleared" });
        this.clear();
        return;
      case "Insert":
        this.#add(command.value, tell);
        return;
      case "RemoveMany":
        for (const value of command.value) this.#remove(value, tell);
        return;
      case "Extend":
        for (const value of command.value) this.#add(value, tell);
        return;
      case "TakeSnapshot":
    }
  }

  clear(): void {
    this.#elements.replace();
  }

  freeze(): Frozen<T> {
    return new FrozenEntries(this.#elements.freeze(), this.keys, this.unsortedMax, (value) => value);
  }

  *install(items: readonly T[]): Generator<void, boolean, void> {
    const elements = new Map<Identity, true>();
    for (const value of items) {
      elements.set(this.keys.identity(value), true);
      if (elements.size % INSTALL_STEP === 0) yield;
    }
    if (elements.size < items.length) return false;
    this.#elements.replace(elements);
    return true;
  }

  #add(value: T, tell: Tell<SetChange<T>> | undefined): void {
    const identity = this.keys.identity(value);
    if (this.#elements.has(identity)) return;
    this.#elements.set(identity, true);
    tell?.({ kind: "added", value });
  }

  #remove(value: T, tell: Tell<SetChange<T>> | undefined): void {
    const identity = this.keys.identity(value);
    if (!this.#elements.has(identity)) return;
    this.#elements.delete(identity);
    tell?.({ kind: "removed", value });
  }
}
