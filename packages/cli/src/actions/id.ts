import { Digest } from "mosaik";
import type { Invocation } from "../action.js";

/** Prints the digest of each text, by the rule of `Digest.from`. */
export function printIds({ args, output }: Invocation): Promise<void> {
  const texts = args[0] as readonly string[];
  for (const text of texts) {
    const { hex } = Digest.from(text);
    output.result({ text, id: hex, short: hex.slice(0, 10) }, texts.length === 1 ? hex : `${hex}  ${text}`);
  }
  return Promise.resolve();
}
