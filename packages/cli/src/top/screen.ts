import { styleText } from "node:util";
import { keysIn, type Key } from "./keys.js";
import type { Line, Size } from "./lines.js";

const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_TO_END_OF_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
/** Where the terminal does not say how large it is. */
const SIZE: Size = { rows: 24, columns: 80 };

export interface ScreenEvents {
  onKey(key: Key): void;
  onResize(): void;
}

/** The terminal, taken over: what it showed before comes back when it is left, also where the process ends without warning. */
export class Screen {
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  readonly #onInput: (text: string) => void;
  readonly #onResize: () => void;
  readonly #onExit = (): void => this.leave();
  #isLeft = false;
  /** What is shown: nothing is written where nothing changes. */
  #shown = "";

  constructor(events: ScreenEvents, input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#input = input;
    this.#output = output;
    this.#onInput = (text) => keysIn(text).forEach((key) => events.onKey(key));
    this.#onResize = () => {
      this.#shown = "";
      events.onResize();
    };
    process.on("exit", this.#onExit);
    // Before the error is printed: it would go away with the screen.
    process.on("uncaughtExceptionMonitor", this.#onExit);
    output.write(ENTER);
    output.on("resize", this.#onResize);
    input.setRawMode(true);
    input.setEncoding("utf8");
    input.on("data", this.#onInput);
    input.resume();
  }

  get size(): Size {
    const { rows, columns } = this.#output;
    return { rows: rows > 0 ? rows : SIZE.rows, columns: columns > 0 ? columns : SIZE.columns };
  }

  show(lines: readonly Line[]): void {
    if (this.#isLeft) return;
    const texts = lines.map(({ text, style }) => (style === undefined ? text : this.#paint(style, text)));
    const shown = `${HOME}${texts.map((text) => text + CLEAR_TO_END_OF_LINE).join("\r\n")}${CLEAR_BELOW}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#output.write(shown);
  }

  /** Gives the terminal back. A second call changes nothing. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    process.off("exit", this.#onExit);
    process.off("uncaughtExceptionMonitor", this.#onExit);
    this.#output.off("resize", this.#onResize);
    this.#input.off("data", this.#onInput);
    this.#input.setRawMode(false);
    this.#input.pause();
    this.#output.write(LEAVE);
  }

  #paint(style: NonNullable<Line["style"]>, text: string): string {
    return styleText(style, text, { stream: this.#output, validateStream: true });
  }
}
