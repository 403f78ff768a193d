import type { Frozen } from "./state.js";

/** A state whose items nobody changes any more. */
export function frozenItems<Item>(items: readonly Item[]): Frozen<Item> {
  return {
    size: items.length,
    // eslint-disable-next-line require-yield -- there is nothing to do in steps
    *items() {
      return items;
    },
    release: () => {},
  };
}
