import type { Frozen } from "./state.js";

/** A state whose items nobody changes any more. */
export function frozenItems<Item>(items: readonly Item[]): Frozen<Item> {
  return {
    size: items.length,
    *items() {
      return items;
    },
    release: () => {},
  };
}
