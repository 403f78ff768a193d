import type { MosaikError } from "mosaik";

/** What the command exits with. They are part of its interface: scripts tell by them what happened. */
export const EXIT = {
  ok: 0,
  /** Something went wrong that no other code tells. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** Nobody was found: no peer, no producer, no handler, no member in time; or no value under a key. */
  notFound: 3,
  /** A peer refused: not admitted, no valid ticket, a wrong secret. */
  refused: 4,
  /** Somebody was found and did not answer in time: what was asked may have been done. */
  timeout: 5,
  /** The function answered with an error of its own. */
  application: 6,
  interrupted: 130,
  terminated: 143,
} as const;

/** The sentence that the manual has for each code. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, "done"],
  [EXIT.failed, "failed"],
  [EXIT.usage, "the command line cannot be understood"],
  [EXIT.notFound, "nobody was found in time, or no value under the key"],
  [EXIT.refused, "a peer refused: not admitted, no valid ticket, wrong secret"],
  [EXIT.timeout, "no answer in time: what was asked may have been done"],
  [EXIT.application, "the function answered with an error of its own"],
  [EXIT.interrupted, "interrupted (SIGINT)"],
  [EXIT.terminated, "terminated (SIGTERM)"],
];

/** A failure that the person at the terminal can do something about. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;
  /** What to do about it, as a sentence. */
  readonly advice: string | undefined;

  constructor(exitCode: number, message: string, details: { advice?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.exitCode = exitCode;
    this.advice = details.advice;
  }
}

/** An option or argument that is no good. */
export function usageError(message: string, advice?: string): CliError {
  return new CliError(EXIT.usage, message, advice === undefined ? {} : { advice });
}

/** Codes of the errors of the library that say more than that something failed. */
const BY_CODE: Readonly<Record<string, number>> = {
  invalidOption: EXIT.usage,
  invalidArgument: EXIT.usage,
  codecMismatch: EXIT.usage,
  unreachable: EXIT.notFound,
  unavailable: EXIT.notFound,
  offline: EXIT.notFound,
  notSent: EXIT.notFound,
  refused: EXIT.refused,
  rejected: EXIT.refused,
  timeout: EXIT.timeout,
  outcomeUnknown: EXIT.timeout,
  application: EXIT.application,
};

/** The exit code of whatever was thrown. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  const code: unknown = error instanceof Error ? (error as Partial<MosaikError>).code : undefined;
  return (typeof code === "string" ? BY_CODE[code] : undefined) ?? EXIT.failed;
}
