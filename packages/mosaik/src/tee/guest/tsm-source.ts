import { toHex, unlessAborted } from "../../primitives/index.js";
import type { AttestationSource } from "./attestation-source.js";
import { AttestationError } from "./errors.js";
import { requestReport, TSM_DIRECTORY, type TsmFiles } from "./tsm-report.js";

/** As much of the outside world as quotes take. */
export interface TsmWorld {
  readonly files: TsmFiles;
  /** Random bytes. */
  random(length: number): Uint8Array;
  /** Runs a task once, after a time in ms. @returns what ends the timer */
  after(delayMs: number, task: () => void): () => void;
}

/** What quotes are asked for by. */
export interface TsmOptions {
  /** Who must make them. Default: `tdx_guest`. */
  readonly provider?: string;
  /** The folder of configfs-tsm. Default: `/sys/kernel/config/tsm/report`. */
  readonly directory?: string;
  /** How long the host may take for one, in ms. Default: 60 000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;

/**
 * Quotes through configfs-tsm, one after the other: a request that the host does not answer holds a thread of the process until the kernel gives it
 * up, and so there is never more than one.
 */
export class TsmSource implements AttestationSource {
  readonly provider: string;
  readonly #world: TsmWorld;
  readonly #directory: string;
  readonly #timeoutMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(world: TsmWorld, { provider = "tdx_guest", directory = TSM_DIRECTORY, timeoutMs }: TsmOptions = {}) {
    this.#world = world;
    this.provider = provider;
    this.#directory = directory;
    this.#timeoutMs = timeoutMs ?? TIMEOUT_MS;
  }

  async quote(reportData: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    let isGivenUp = false;
    const { files } = this.#world;
    const request = this.#last.then(() => {
      if (isGivenUp) return new Uint8Array();
      const name = `mosaik-${toHex(this.#world.random(8))}`;
      return requestReport({ files, directory: this.#directory, name, provider: this.provider, reportData });
    });
    this.#last = request.catch(() => {});
    try {
      return await this.#inTime(unlessAborted(request, signal));
    } finally {
      isGivenUp = true;
    }
  }

  async #inTime(request: Promise<Uint8Array>): Promise<Uint8Array> {
    let cancelTimer = (): void => {};
    const late = new Promise<never>((_, reject) => {
      const tooLong = `the host made no quote within ${this.#timeoutMs} ms`;
      cancelTimer = this.#world.after(this.#timeoutMs, () => reject(new AttestationError("quoteFailed", tooLong)));
    });
    try {
      return await Promise.race([request, late]);
    } finally {
      cancelTimer();
    }
  }
}
