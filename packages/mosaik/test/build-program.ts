import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const TSC = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** Programs of tests run as built: makes sure that one is, from the present sources. @param folder that of its `tsconfig.json` */
export async function buildProgram(folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, [TSC, "-b", folder]).catch((error: { stdout: string }) => {
    throw new Error(`the program does not compile:\n${error.stdout}`);
  });
}
