import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RootFingerprint } from "../pki/chain.js";
import { CollateralCache } from "./collateral-cache.js";
import { collateralJson, parseCollateral } from "./collateral-json.js";
import type { CollateralSource, PckAuthority } from "./collateral.js";
import { TdxError } from "./errors.js";
import { httpGet } from "./http.node.js";
import { fetchCollateral, type HttpGet } from "./pccs.js";
import { INTEL_ROOT } from "./verify.js";
import { emitTeeWarning } from "../warnings.node.js";

/** Where collateral comes from: a server, files, or both. */
export interface CollateralOptions {
  /** A server that speaks version 4 of Intel's PCS, as PCCS does: `https://pccs.example:8081`. Default: none, only files serve. */
  readonly server?: string;
  /**
   * A folder with files of collateral, `FMSPC-AUTHORITY.json` (`b0c06f000000-platform.json`), as `dcap-qvl` writes them too. What the server gives is kept in it.
   * Made where it is missing. Default: none.
   */
  readonly directory?: string;
  /** After how long the server is asked again, in ms. Default: a day. */
  readonly refreshMs?: number;
  /** How the server is asked, for one with a certificate of its own, or behind a proxy. Default: `fetch`, for at most 30 s. */
  readonly get?: HttpGet;
  /** Is told what failed while nobody waited for it: an unreadable file, a server that does not answer. Default: a warning of the process. */
  readonly onError?: (error: TdxError) => void;
  /** The root that is trusted, SHA-256 of its certificate: for tests with a root of their own. Default: Intel's. */
  readonly root?: RootFingerprint;
}

/** Collateral for validators, fetched beside them. */
export interface OpenCollateral extends CollateralSource {
  /**
   * Asks the server for a family now, so that the first peer of it need not wait for its next try.
   *
   * @param fmspc the family, 12 hexadecimal digits: `mosaik tdx inspect` shows that of a ticket
   * @param authority who certified its keys. Default: `platform`, as of servers
   * @throws TdxError `collateral`, `untrusted`
   */
  prefetch(fmspc: string, authority?: PckAuthority): Promise<void>;
}

const DAY_MS = 86_400_000;
const FILE_NAME = /^[0-9a-f]{12}-(platform|processor)\.json$/;

/**
 * Opens a source of collateral: how old the software of platforms may be, and what was revoked, by Intel's word.
 *
 * ```ts
 * const collateral = await openCollateral({ server: "https://pccs.example:8081", directory: "/var/lib/mosaik/collateral" });
 * const attested = tdx({ measurements, collateral });
 * ```
 *
 * A peer of a family that is not at hand is refused at first, and admitted when it asks again: `prefetch` spares it that.
 *
 * @throws TdxError `invalidOption`; `collateral` where the folder cannot be read or made
 */
export async function openCollateral(options: CollateralOptions): Promise<OpenCollateral> {
  const { directory, refreshMs = DAY_MS, get = httpGet, root = INTEL_ROOT, onError = warn } = options;
  const server = options.server === undefined ? undefined : serverOf(options.server);
  if (!(refreshMs > 0)) throw new TdxError("invalidOption", `refreshMs is a number of ms above 0, not ${refreshMs}`);
  if (server === undefined && directory === undefined) {
    throw new TdxError("invalidOption", "collateral comes from a server, or from a directory: name one");
  }
  const cache = new CollateralCache(
    {
      ...(server !== undefined && { fetch: (fmspc, authority) => fetchCollateral(get, server, fmspc, authority) }),
      ...(directory !== undefined && {
        save: (fmspc, authority, collateral) =>
          replaceFile(join(directory, `${fmspc}-${authority}.json`), collateralJson(collateral)),
      }),
    },
    { root, refreshMs, onError },
  );
  if (directory !== undefined) await readDirectory(directory, cache, onError);
  return {
    current: (fmspc, authority, nowMs) => cache.current(fmspc, authority, nowMs),
    prefetch: async (fmspc, authority = "platform") => cache.prefetch(familyOf(fmspc), authority, Date.now()),
  };
}

async function readDirectory(
  directory: string,
  cache: CollateralCache,
  onError: (error: TdxError) => void,
): Promise<void> {
  const names = await mkdir(directory, { recursive: true })
    .then(() => readdir(directory))
    .catch((error: Error) => {
      throw new TdxError("collateral", `${directory}: ${error.message}`, { cause: error });
    });
  for (const name of names) {
    const authority = FILE_NAME.exec(name)?.[1] as PckAuthority | undefined;
    if (authority === undefined) continue;
    try {
      cache.add(parseCollateral(await readFile(join(directory, name), "utf8")), authority, Date.now());
    } catch (error) {
      onError(new TdxError("collateral", `${join(directory, name)}: ${(error as Error).message}`, { cause: error }));
    }
  }
}

/** Whole or not at all: another process may read it, and this one may end. */
async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, content);
  await rename(draft, path);
}

function serverOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, "");
  throw new TdxError("invalidOption", `a server of collateral is an http or https URL, not ${text}`);
}

function familyOf(text: string): string {
  const fmspc = text.toLowerCase();
  if (/^[0-9a-f]{12}$/.test(fmspc)) return fmspc;
  throw new TdxError("invalidOption", `a family of processors has 12 hexadecimal digits: ${text}`);
}

function warn(error: TdxError): void {
  emitTeeWarning("MOSAIK_TDX_COLLATERAL", error.message);
}
