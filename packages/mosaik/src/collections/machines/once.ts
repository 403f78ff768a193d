import { t, type Codec } from "@mosaik/postcard";
import { HeldValue } from "./held-value.js";
import type { CollectionState, Tell } from "./state.js";
import { snapshotRequestCodec, type SnapshotRequest } from "./take-snapshot.js";

/** The commands of a once, in the order of their numbers on the wire (spec 06 §6.6). */
export type OnceCommand<T> = { kind: "Write"; value: T } | { kind: "TakeSnapshot"; value: SnapshotRequest };

/** What happened to a once: at most one thing. */
export interface OnceChange<T> {
  readonly kind: "written";
  readonly value: T;
}

export function onceCommandCodec<T>(value: Codec<T>): Codec<OnceCommand<T>> {
  return t.enum({ Write: t.encoded(value), TakeSnapshot: snapshotRequestCodec }) as Codec<unknown> as Codec<
    OnceCommand<T>
  >;
}

/** The data of a once: nothing, and then for ever what was written first. */
export class OnceState<T> extends HeldValue<T> implements CollectionState<OnceCommand<T>, T, OnceChange<T>> {
  /** @returns for a write, whether it was the first */
  apply(command: OnceCommand<T>, tell?: Tell<OnceChange<T>>): boolean | undefined {
    if (command.kind === "TakeSnapshot") return undefined;
    if (this.held !== undefined) return false;
    this.held = { some: command.value };
    tell?.({ kind: "written", value: command.value });
    return true;
  }
}
