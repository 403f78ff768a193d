import { writeFile } from "node:fs/promises";
import type { Invocation } from "../action.js";
import { readSecret } from "../arguments/secret.js";
import type { NewKeyFlags } from "../commands/key.js";
import { usageError } from "../exit.js";
import { newKeyText, publicTextOf } from "../keys/algorithms.js";

/** Makes a key; with `--out` only its public part is shown. */
export async function newKey({ options, output }: Invocation<NewKeyFlags>): Promise<void> {
  const { algorithm, out } = options;
  const secret = newKeyText(algorithm);
  const publicText = algorithm.startsWith("HS") ? undefined : publicTextOf(secret);
  if (out === undefined) {
    output.result({ algorithm, secret, public: publicText }, secret);
    if (publicText !== undefined)
      output.note(`${algorithm === "node" ? "the node's id is" : "others verify with"} ${publicText}`);
    return;
  }
  try {
    await writeFile(out, `${secret}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw usageError(
      exists ? `${out} exists: it is not overwritten` : `cannot write ${out}: ${(error as Error).message}`,
    );
  }
  output.result({ algorithm, file: out, public: publicText }, publicText ?? `${algorithm} key in ${out}`);
}

/** Prints what others may know of a key. */
export async function showKey({ args, output }: Invocation): Promise<void> {
  const file = args[0] as string;
  const text = (await readSecret({ file, variable: "", what: "the key" }, output))!;
  const shown = publicTextOf(text);
  output.result({ file, public: shown }, shown);
}
