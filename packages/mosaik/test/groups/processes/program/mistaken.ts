import type { StateMachine } from "mosaik";
import type { Mistake } from "./messages.js";

/** A command of so many goes wrong. */
const EVERY = 50;

/** Stands between a group and its machine, and gives it what no group should. */
export function mistaken<Q, R>(machine: StateMachine<number, Q, R>, mistake: Mistake): StateMachine<number, Q, R> {
  return {
    ...machine,
    apply: (commands, context) => {
      const wrong = commands.flatMap((command) => {
        if (command % EVERY !== 0) return [command];
        return mistake === "applyTwice" ? [command, command] : [];
      });
      if (wrong.length > 0) machine.apply(wrong, context);
    },
  };
}
