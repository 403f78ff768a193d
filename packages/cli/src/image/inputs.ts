import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError, EXIT } from "../exit.js";
import type { PinnedInput } from "./lock.js";

/** How inputs are had. */
export interface InputOptions {
  /** Where they are kept, by their digests. Default: `~/.cache/mosaik/images`, or `images` below `$MOSAIK_CACHE`. */
  readonly cacheDir?: string | undefined;
  /** Beginnings of URLs that stand for others, as of a mirror. */
  readonly mirrors?: readonly (readonly [from: string, to: string])[];
  readonly signal?: AbortSignal | undefined;
  /** Is told what is fetched. */
  readonly onFetch?: (url: string) => void;
}

/** What one input may have, in bytes. */
export const INPUT_MAX_BYTES = 2 ** 31;

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Gets inputs, and keeps them by their content: what was fetched once is not fetched again. */
export class Inputs {
  readonly #options: InputOptions;
  readonly #directory: string;

  constructor(options: InputOptions = {}) {
    this.#options = options;
    const cache = process.env["MOSAIK_CACHE"] || join(homedir(), ".cache", "mosaik");
    this.#directory = options.cacheDir ?? join(cache, "images");
  }

  /** The content of a pinned input. @throws CliError where nobody has it, or all that is had is something else */
  async get({ name, urls, sha256 }: PinnedInput): Promise<Uint8Array> {
    const kept = await readFile(join(this.#directory, sha256)).catch(() => undefined);
    if (kept !== undefined && sha256Of(kept) === sha256) return kept;
    const failures: string[] = [];
    for (const url of urls) {
      const content = await this.fetch(url).catch((error: unknown) => {
        this.#options.signal?.throwIfAborted();
        failures.push((error as Error).message);
      });
      if (content === undefined) continue;
      const found = sha256Of(content);
      if (found === sha256) {
        await this.#keep(content, sha256);
        return content;
      }
      failures.push(`${url}: its SHA-256 is ${found}, not ${sha256} as the lock says`);
    }
    throw new CliError(EXIT.failed, `${name}: ${failures.join("; ")}`, {
      advice: "if that is meant, pin what there is now: mosaik tdx lock",
    });
  }

  /** Fetches what is to be pinned, and keeps it. */
  async pin(input: Omit<PinnedInput, "sha256">): Promise<PinnedInput> {
    const content = await this.fetch(input.urls[0]!);
    const sha256 = sha256Of(content);
    await this.#keep(content, sha256);
    return { ...input, sha256 };
  }

  /** What is at a URL or a path now. @throws CliError */
  async fetch(url: string): Promise<Uint8Array> {
    const { mirrors = [], signal, onFetch } = this.#options;
    const [from, to] = mirrors.find(([beginning]) => url.startsWith(beginning)) ?? ["", ""];
    const at = `${to}${url.slice(from.length)}`;
    onFetch?.(at);
    try {
      if (!/^https?:/.test(at)) return await readFile(at.startsWith("file:") ? fileURLToPath(at) : at);
      const response = await fetch(at, signal === undefined ? {} : { signal });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return await bodyOf(response);
    } catch (error) {
      signal?.throwIfAborted();
      const { cause, message } = error as Error;
      const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
      throw new CliError(EXIT.failed, `${at}: ${why}`, { cause: error });
    }
  }

  async #keep(content: Uint8Array, sha256: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const draft = join(this.#directory, `${sha256}.${process.pid}`);
    await writeFile(draft, content);
    await rename(draft, join(this.#directory, sha256));
  }
}

async function bodyOf({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > INPUT_MAX_BYTES) throw new Error(`more than ${INPUT_MAX_BYTES} bytes`);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
