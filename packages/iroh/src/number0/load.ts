import { createRequire } from "node:module";
import type { Number0Binding } from "./binding.js";

/**
 * Where the package may be: `$MOSAIK_NUMBER0_IROH`, or beside this one. Its `main` names a file that is not there, which Node warns of unless the file
 * that is there is named.
 */
const PLACES = ["@number0/iroh/index.js", "@number0/iroh"];

/**
 * `@number0/iroh`, loaded now; `undefined` where it is not installed.
 *
 * @throws Error which says what to do where it is installed and cannot be loaded
 */
export function loadBinding(): Number0Binding | undefined {
  const require = createRequire(import.meta.url);
  const named = process.env["MOSAIK_NUMBER0_IROH"] || undefined;
  const path = named ?? PLACES.map((place) => resolved(require, place)).find((found) => found !== undefined);
  if (path === undefined) return undefined;
  try {
    return require(path) as Number0Binding;
  } catch (cause) {
    const advice = `install the package that it names for ${process.platform}-${process.arch} beside it`;
    throw new Error(`@number0/iroh at ${path} does not load: ${advice}.`, { cause });
  }
}

function resolved(require: NodeJS.Require, place: string): string | undefined {
  try {
    return require.resolve(place);
  } catch {
    return undefined;
  }
}
