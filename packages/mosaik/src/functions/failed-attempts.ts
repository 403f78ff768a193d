import { CLOSE, describeClose } from "../network/index.js";
import type { Attempt, FunctionErrorCode } from "./errors.js";

/** Failed attempts that an error tells of. */
const ATTEMPTS_MAX = 32;
/** After these every other handler is tried once, and none of them again: they would say the same. */
const FINAL_CODES = new Set<number>([CLOSE.protocolViolation.code, CLOSE.functionHandlerFailure.code]);

/** The attempts of one call that failed, in their order: what its error tells of. */
export class FailedAttempts {
  readonly #attempts: Attempt[] = [];
  #cause: unknown;

  /** @param cause what its connection failed with */
  add(attempt: Attempt, cause?: unknown): void {
    this.#attempts.push(attempt);
    if (this.#attempts.length > ATTEMPTS_MAX) this.#attempts.shift();
    if (cause !== undefined) this.#cause = cause;
  }

  /** The last 32. */
  get list(): readonly Attempt[] {
    return this.#attempts;
  }

  get last(): Attempt {
    return this.#attempts.at(-1)!;
  }

  /** What the last connection that failed, failed with. */
  get cause(): unknown {
    return this.#cause;
  }
}

/** Whether other handlers would say the same, and this one again. */
export function isFinal({ closeCode }: Attempt): boolean {
  return closeCode !== undefined && FINAL_CODES.has(closeCode);
}

/** The code of a call's error where an attempt was the last. */
export function errorCodeOf({ outcome }: Attempt): FunctionErrorCode {
  return outcome === "rejected" ? "rejected" : "transport";
}

/** How an attempt ended, in the words of a message: "the handler …". */
export function wordsOf({ closeCode }: Attempt): string {
  if (closeCode === undefined) return "was lost";
  return describeClose({ by: "peer", code: closeCode, reason: new Uint8Array(0) }).replace(
    "closed by the peer",
    "refused",
  );
}
