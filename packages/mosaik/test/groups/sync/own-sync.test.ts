import { afterEach, beforeEach, expect, it } from "vitest";
import { Digest, t, type StateMachine, type StateSync } from "../../../src/index.js";
import { Simulator } from "../../../src/testing/index.js";
import { Counter, increment, type CounterCommand } from "../counter.js";
import { joinCounter } from "../group-nodes.js";
import { simulatedNodes } from "../group-world.js";

let sim: Simulator;
beforeEach(() => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
});
afterEach(() => sim.close());

const Message = t.enum({ wanted: t.u32, entries: t.vec(t.struct({ term: t.u32, command: t.bytes })) });

/** A way of the program's own: the leader is asked for all that is missing, at once. */
const wholeLog: StateSync<t.Infer<typeof Message>> = {
  signature: Digest.from("all at once"),
  message: Message,
  provider: (context) => ({
    receive(message, from) {
      if (message.kind !== "wanted") return false;
      const { entries } = context.log.slice({ start: message.value, end: context.log.last().index });
      context.send(from, { kind: "entries", value: [...entries] });
      return true;
    },
  }),
  session(context, { prev }) {
    const ask = (): void => void context.send(context.leader, { kind: "wanted", value: context.log.last().index + 1 });
    ask();
    return {
      receive(message) {
        if (message.kind !== "entries") return;
        context.append(message.value);
        if (context.log.last().index >= prev.index) context.done();
      },
      leaderSent: ask,
      close: () => {},
    };
  },
};

/** A counter with it. */
function ownCounter(): StateMachine<CounterCommand, undefined, bigint> {
  const counter = new Counter();
  return {
    signature: counter.signature,
    command: counter.command,
    query: counter.query,
    result: counter.result,
    sync: wholeLog,
    apply: (commands) => counter.apply(commands),
    answer: () => counter.answer(),
  };
}

it("a member catches up by a state sync of the program's own", async () => {
  const [first, late] = await simulatedNodes(sim, 2);
  const leader = joinCounter(first!.network, { machine: ownCounter() });
  await sim.within(15_000, leader.when().online());
  for (let i = 1; i <= 5; i++) await sim.within(1000, leader.execute(increment(i)));
  const group = joinCounter(late!.network, { machine: ownCounter() });
  await sim.within(15_000, group.when().committed().reaches(5));
  expect((await group.query(undefined, "weak")).result).toBe(15n);
  expect(await sim.within(5000, group.execute(increment(6)))).toBe(6);
  expect(sim.reports).toEqual([]);
});
