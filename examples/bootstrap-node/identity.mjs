// A node's identity is its secret key. It stays the same for as long as the file is there.
import { randomBytes } from "node:crypto";
import { link, open, readFile, rm, stat } from "node:fs/promises";

/**
 * The key of a file, which is made where there is none; `mosaik key new --out FILE` makes such a file too. Only the owner can read it.
 *
 * @returns {Promise<string>} 64 hexadecimal digits
 * @throws Error for a file that has no key, or that others can read
 */
export async function secretKeyOf(path) {
  try {
    await make(path);
  } catch (error) {
    if (error.code !== "EEXIST") throw new Error(`no key can be put into ${path}: ${error.message}`);
  }
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    throw new Error(`others on this machine can read ${path}: chmod 600 ${path}`);
  const key = (await readFile(path, "utf8")).trim();
  if (!/^[0-9a-f]{64}$/.test(key)) throw new Error(`${path} has no key of 64 hexadecimal digits`);
  return key;
}

/** The file is there whole, or not at all, whenever the machine stops. @throws Error `EEXIST` where there is one */
async function make(path) {
  const draft = `${path}.${randomBytes(4).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString("hex")}\n`);
    await file.sync();
    await link(draft, path);
  } finally {
    await file.close();
    await rm(draft);
  }
}
