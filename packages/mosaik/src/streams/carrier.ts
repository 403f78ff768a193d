import type { CloseCode } from "../network/index.js";
import type { CloseInfo } from "../runtime/index.js";

/** What a subscription hands its frames to: a link with another node, or a pipe to a consumer of this node. */
export interface Carrier {
  readonly writer: {
    /** Bytes that were written and not taken yet. */
    readonly queuedBytes: number;
    /** Bytes taken since the beginning. */
    readonly takenBytes: number;
    /** Ends the stream behind what was written, and resolves when the other side has it all; rejects if it never will. */
    finish(): Promise<void>;
  };
  /** Whether frames are passed on as they are, so that somebody looks at them after they were taken. Default: they are copied. */
  readonly passesOn?: boolean;
  /** Why it ended; resolves once, never rejects. */
  readonly closed: Promise<CloseInfo>;
  /** Writes whole frames. @param onTaken called once they are taken, never if they are not */
  sendFrames(frames: Uint8Array, payloadBytes: number, onTaken?: () => void): void;
  /** Ends it at once: what was not delivered is lost. */
  close(reason: CloseCode): void;
}
