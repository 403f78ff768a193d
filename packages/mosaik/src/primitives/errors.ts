import type { PeerId } from "./peer-id.js";

/** The base of every error of Mosaik: a closed set of codes for each subsystem, the peer concerned, and the cause. */
export class MosaikError<Code extends string = string> extends Error {
  override readonly name: string = "MosaikError";
  readonly code: Code;
  /** The peer concerned, where there is one. */
  readonly peer: PeerId | undefined;

  constructor(code: Code, message: string, details: { peer?: PeerId | undefined; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.peer = details.peer;
  }
}
