import { loadNumber0 } from "../../src/number0/index.js";
import { loadBinding } from "../../src/number0/load.js";

/** `@number0/iroh`, which `scripts/live-tests.mjs` installs; `undefined` where it cannot be had, which is said once. */
export const number0 = loadNumber0();
export const binding = loadBinding();
if (number0 === undefined) {
  console.warn(
    "The tests of the adapter are skipped: @number0/iroh is not installed (node scripts/live-tests.mjs does it).",
  );
}
