import { Slices, type Runtime } from "../../runtime/index.js";
import { isLongAppend, LongAppend } from "../long-append.js";
import { isLongForward, LongForward } from "../long-forward.js";
import type { CommandCheck } from "../protocol.js";
import type { AppendEntries, ForwardCommand } from "../raft/messages.js";

export interface IntakeContext {
  readonly runtime: Runtime;
  /** Throws for a forwarded command that does not decode. */
  readonly checkCommand: CommandCheck;
  /** Takes a frame. */
  readonly onFrame: (bytes: Uint8Array, start: number, end: number) => void;
  /** Takes a part of a long message, or all of it. */
  readonly onPart: (part: AppendEntries | ForwardCommand) => void;
  /** A part did not decode. */
  readonly onMalformed: (error: unknown) => void;
  /** So many bytes have been dealt with. */
  readonly release: (bytes: number) => void;
}

/**
 * The frames of a bond, in order. An `AppendEntries` of very many entries is taken in slices over several turns, and so are very many
 * forwarded commands; what comes behind them waits, and its credit is given back only then: so it is no more than a window and a frame.
 */
export class Intake {
  readonly #context: IntakeContext;
  /** The frames behind a long one; nothing while none is being taken. */
  #waiting: Uint8Array[] | undefined;
  #owedBytes = 0;
  #isClosed = false;

  constructor(context: IntakeContext) {
    this.#context = context;
  }

  /** A frame has come. Its bytes may change when this returns. */
  add(bytes: Uint8Array, start: number, end: number): void {
    if (this.#waiting !== undefined) this.#waiting.push(bytes.slice(start, end));
    else if (isLongAppend(bytes, start, end)) void this.#takeParts(bytes.slice(start, end), LongAppend);
    else if (isLongForward(bytes, start, end)) void this.#takeParts(bytes.slice(start, end), LongForward);
    else this.#context.onFrame(bytes, start, end);
  }

  /** So many bytes have been handed to `add`. */
  delivered(bytes: number): void {
    if (this.#waiting === undefined) this.#context.release(bytes);
    else this.#owedBytes += bytes;
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  async #takeParts(frame: Uint8Array, Message: typeof LongAppend | typeof LongForward): Promise<void> {
    const slices = Slices.of(this.#context.runtime);
    this.#waiting = [];
    try {
      const message = new Message(frame, this.#context.checkCommand);
      while (!message.isOver) {
        if (slices.areUsedUp()) await slices.next();
        if (this.#isClosed) break;
        const part = message.next();
        if (part !== undefined) this.#context.onPart(part);
      }
    } catch (error) {
      return this.#context.onMalformed(error);
    }
    if (!this.#isClosed) this.#goOn();
  }

  #goOn(): void {
    const waiting = this.#waiting!;
    this.#waiting = undefined;
    for (const frame of waiting) if (!this.#isClosed) this.add(frame, 0, frame.length);
    // There may be another long one among them.
    if (this.#waiting !== undefined) return;
    const bytes = this.#owedBytes;
    this.#owedBytes = 0;
    this.#context.release(bytes);
  }
}
