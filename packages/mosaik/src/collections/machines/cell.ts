import { t, type Codec, type Some } from "@mosaik/postcard";
import { sameBytes } from "./equality.js";
import { HeldValue } from "./held-value.js";
import type { CollectionState, Tell } from "./state.js";
import { snapshotRequestCodec, type SnapshotRequest } from "./take-snapshot.js";

/** The commands of a cell, in the order of their numbers on the wire (spec 06 §6.6). */
export type CellCommand<T> =
  | { kind: "Write"; value: T }
  | { kind: "CompareExchange"; value: { current: Some<T> | undefined; new: Some<T> | undefined } }
  | { kind: "Clear"; value?: undefined }
  | { kind: "TakeSnapshot"; value: SnapshotRequest };

/** What happened to a cell. */
export type CellChange<T> =
  | { readonly kind: "written"; readonly value: T; readonly previous: T | undefined }
  | { readonly kind: "cleared"; readonly previous: T };

export function cellCommandCodec<T>(value: Codec<T>): Codec<CellCommand<T>> {
  const T = t.encoded(value);
  return t.enum({
    Write: T,
    CompareExchange: t.struct({ current: t.nestedOption(T), new: t.nestedOption(T) }),
    Clear: t.unit,
    TakeSnapshot: snapshotRequestCodec,
  }) as Codec<unknown> as Codec<CellCommand<T>>;
}

/** The data of a cell: one value, or none. */
export class CellState<T> extends HeldValue<T> implements CollectionState<CellCommand<T>, T, CellChange<T>> {
  readonly #isSame: (a: T, b: T) => boolean;

  constructor(value: Codec<T>) {
    super();
    this.#isSame = sameBytes(value);
  }

  apply(command: CellCommand<T>, tell?: Tell<CellChange<T>>): boolean | undefined {
    switch (command.kind) {
      case "Write":
        this.#become({ some: command.value }, tell);
        return undefined;
      case "CompareExchange":
        return this.#compareExchange(command.value.current, command.value.new, tell);
      case "Clear":
        this.#become(undefined, tell);
        return undefined;
      case "TakeSnapshot":
        return undefined;
    }
  }

  /** @returns whether the comparison held */
  #compareExchange(
    current: Some<T> | undefined,
    next: Some<T> | undefined,
    tell: Tell<CellChange<T>> | undefined,
  ): boolean {
    const held = this.held;
    if (held === undefined || current === undefined) {
      if (held !== current) return false;
    } else if (!this.#isSame(held.some, current.some)) return false;
    this.#become(next, tell);
    return true;
  }

  #become(next: Some<T> | undefined, tell: Tell<CellChange<T>> | undefined): void {
    const previous = this.held;
    this.held = next;
    if (tell === undefined) return;
    if (next !== undefined) tell({ kind: "written", value: next.some, previous: previous?.some });
    else if (previous !== undefined) tell({ kind: "cleared", previous: previous.some });
  }
}
