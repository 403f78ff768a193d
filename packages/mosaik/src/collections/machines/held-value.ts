import type { Some } from "@mosaik/postcard";
import { frozenItems } from "./frozen-items.js";
import type { Frozen } from "./state.js";

/** What a collection of one value, or none, has in common with the others. */
export abstract class HeldValue<T> {
  protected held: Some<T> | undefined;

  get size(): 0 | 1 {
    return this.held === undefined ? 0 : 1;
  }

  get value(): T | undefined {
    return this.held?.some;
  }

  clear(): void {
    this.held = undefined;
  }

  freeze(): Frozen<T> {
    return frozenItems(this.held === undefined ? [] : [this.held.some]);
  }

  *install(items: readonly T[]): Generator<void, boolean, void> {
    this.held = items.length === 0 ? undefined : { some: items.at(-1)! };
    return true;
  }
}
