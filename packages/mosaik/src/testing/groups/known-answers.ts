import type { Index } from "../../groups/index.js";
import type { Life } from "./lives.js";
import type { CommandName } from "./records.js";

/** What a machine answers, command by command: a history of n commands is judged in some n steps. */
export interface AnswerModel<S = unknown> {
  /** What the machine begins with. */
  initial(): S;
  /** What it is after one more command. `state` is of no use any more. */
  apply(state: S, command: CommandName): S;
  answer(state: S): unknown;
}

/** A function of all that was applied is asked anew for each position: some n² steps. */
export type AnswerOf<S = unknown> = ((applied: readonly CommandName[]) => unknown) | AnswerModel<S>;

const SEPARATOR = " ";

/** What machines have answered, as JSON, at the positions that somebody asked for. */
export class KnownAnswers {
  readonly #known = new Set<string>();

  /** @param positions in ascending order */
  constructor(lives: Iterable<Life>, positions: readonly Index[], answer: AnswerOf) {
    const model = typeof answer === "function" ? modelOf(answer) : answer;
    for (const { applied } of lives) {
      let state = model.initial();
      let count = 0;
      for (const position of positions) {
        if (position > applied.length) break;
        for (; count < position; count++) state = model.apply(state, applied[count]!);
        this.#known.add(keyOf(position, model.answer(state)));
      }
    }
  }

  has(position: Index, result: unknown): boolean {
    return this.#known.has(keyOf(position, result));
  }
}

function keyOf(position: Index, result: unknown): string {
  return `${position}${SEPARATOR}${JSON.stringify(result)}`;
}

function modelOf(answer: (applied: readonly CommandName[]) => unknown): AnswerModel<CommandName[]> {
  return {
    initial: () => [],
    apply: (applied, command) => {
      applied.push(command);
      return applied;
    },
    answer: (applied) => answer([...applied]),
  };
}
