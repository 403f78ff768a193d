import { forgetOldest } from "../../primitives/index.js";
import type { RootFingerprint } from "../pki/chain.js";
import { checkCollateral } from "./collateral-check.js";
import type { Collateral, CollateralSource, PckAuthority } from "./collateral.js";
import { TdxError } from "./errors.js";

/** Where a cache gets collateral from, and keeps it. Each may be absent. */
export interface CollateralOrigin {
  /** Asks a server. @throws TdxError `collateral` */
  fetch?(fmspc: string, authority: PckAuthority): Promise<Collateral>;
  /** Keeps what a server gave, for the next start. */
  save?(fmspc: string, authority: PckAuthority, collateral: Collateral): Promise<void>;
}

/** How a cache does its work. */
export interface CollateralCacheOptions {
  /** The root that is trusted, as validators have it. */
  readonly root: RootFingerprint;
  /** After how long the server is asked again, in ms. Before what there is runs out it is asked in any case. */
  readonly refreshMs: number;
  /** Is told what failed while nobody waited for it. */
  readonly onError: (error: TdxError) => void;
}

interface Kept {
  readonly collateral: Collateral;
  readonly validUntilMs: number;
  /** When the server gave it; `-Infinity` for what came from a file. */
  readonly fetchedMs: number;
}

/** After how long a server that failed is asked again, in ms. */
export const RETRY_MS = 30_000;
/** How long before its end collateral is asked for anew, in ms; and after how long again, if the server has nothing newer. */
export const AHEAD_MS = 24 * 3_600_000;
const AGAIN_MS = 3_600_000;
/** Families that are kept. Only genuine platforms bring one here, and Intel has made far fewer. */
const FAMILIES_MAX = 64;

/**
 * Collateral at hand: validators are answered at once, and what is missing or grows old is fetched beside them. What a server gives is kept only if Intel
 * signed it; while the server fails, what there is serves until it is out of date.
 */
export class CollateralCache implements CollateralSource {
  readonly #origin: CollateralOrigin;
  readonly #options: CollateralCacheOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #fetching = new Map<string, Promise<Kept>>();
  readonly #failedMs = new Map<string, number>();

  constructor(origin: CollateralOrigin, options: CollateralCacheOptions) {
    this.#origin = origin;
    this.#options = options;
  }

  current(fmspc: string, authority: PckAuthority, nowMs: number): Collateral | undefined {
    const key = keyOf(fmspc, authority);
    const kept = this.#kept.get(key);
    if (this.#isDue(key, kept, nowMs)) {
      this.prefetch(fmspc, authority, nowMs).catch((error: unknown) => this.#options.onError(error as TdxError));
    }
    return kept?.collateral;
  }

  /**
   * Asks the server now, so that the first peer of a family need not wait.
   *
   * @param fmspc the family, 12 lowercase hexadecimal digits
   * @param nowMs in ms since the Unix epoch
   * @throws TdxError `collateral`, `untrusted`
   */
  async prefetch(fmspc: string, authority: PckAuthority, nowMs: number): Promise<void> {
    const key = keyOf(fmspc, authority);
    let fetching = this.#fetching.get(key);
    if (fetching === undefined) {
      fetching = this.#fetch(fmspc, authority, nowMs).finally(() => this.#fetching.delete(key));
      this.#fetching.set(key, fetching);
    }
    await fetching;
  }

  /**
   * Takes collateral that is at hand already, as from a file.
   *
   * @param nowMs in ms since the Unix epoch
   * @throws TdxError `collateral`, `untrusted`: what is out of date, too
   */
  add(collateral: Collateral, authority: PckAuthority, nowMs: number): void {
    const { fmspc, validUntilMs } = checkCollateral(collateral, this.#options.root, nowMs);
    this.#keep(keyOf(fmspc, authority), { collateral, validUntilMs, fetchedMs: -Infinity });
  }

  #isDue(key: string, kept: Kept | undefined, nowMs: number): boolean {
    if (this.#origin.fetch === undefined || this.#fetching.has(key)) return false;
    const failedMs = this.#failedMs.get(key);
    if (failedMs !== undefined && nowMs >= failedMs && nowMs - failedMs < RETRY_MS) return false;
    if (kept === undefined) return true;
    const ageMs = nowMs - kept.fetchedMs;
    const isNearItsEnd = nowMs > kept.validUntilMs - AHEAD_MS && ageMs > AGAIN_MS;
    return isNearItsEnd || ageMs > this.#options.refreshMs || ageMs < 0;
  }

  async #fetch(fmspc: string, authority: PckAuthority, nowMs: number): Promise<Kept> {
    const key = keyOf(fmspc, authority);
    try {
      if (this.#origin.fetch === undefined) throw new TdxError("collateral", "there is no server to ask");
      const collateral = await this.#origin.fetch(fmspc, authority);
      const checked = checkCollateral(collateral, this.#options.root, nowMs);
      if (checked.fmspc !== fmspc) {
        throw new TdxError("collateral", `the server gave what there is on ${checked.fmspc}, not on ${fmspc}`);
      }
      const kept = { collateral, validUntilMs: checked.validUntilMs, fetchedMs: nowMs };
      this.#keep(key, kept);
      this.#failedMs.delete(key);
      await this.#origin.save?.(fmspc, authority, collateral);
      return kept;
    } catch (error) {
      this.#failedMs.set(key, nowMs);
      throw error instanceof TdxError
        ? error
        : new TdxError("collateral", `collateral could not be kept: ${(error as Error).message}`, { cause: error });
    }
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    forgetOldest(this.#kept, FAMILIES_MAX);
  }
}

function keyOf(fmspc: string, authority: PckAuthority): string {
  return `${fmspc}-${authority}`;
}
