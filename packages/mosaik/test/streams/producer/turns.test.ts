import { describe, expect, it } from "vitest";
import type { Runtime } from "../../../src/runtime/index.js";
import { Turns, type TurnMember } from "../../../src/streams/producer/turns.js";

/** A clock and an event loop that stand still until told otherwise. */
class Loop {
  nowMs = 0;
  readonly #tasks: (() => void)[] = [];
  readonly runtime = {
    monoMs: () => this.nowMs,
    soon: (task: () => void) => void this.#tasks.push(task),
  } as Partial<Runtime> as Runtime;

  get pending(): number {
    return this.#tasks.length;
  }

  turn(): void {
    for (const task of this.#tasks.splice(0)) task();
  }
}

/** What members are told, in order; `onBegin` is what one does with its turn. */
function memberOf(told: string[], name: string, onBegin: () => void = () => {}): TurnMember {
  return {
    pause: () => told.push(`${name} pauses`),
    endTurn: () => told.push(`${name} ends`),
    beginTurn: () => {
      told.push(`${name} begins`);
      onBegin();
    },
  };
}

describe("the turns of a node's producers", () => {
  it("one task of the event loop serves all who took part, once each", () => {
    const loop = new Loop();
    const turns = new Turns(loop.runtime);
    const told: string[] = [];
    const [a, b] = [memberOf(told, "a"), memberOf(told, "b")];
    for (const member of [a, b, a]) turns.join(member);
    expect(loop.pending).toBe(1);
    loop.turn();
    expect(told).toEqual(["a ends", "b ends", "a begins", "b begins"]);
    expect(loop.pending).toBe(0);
  });

  it("their time is shared: when it is over, all pause until the next turn", () => {
    const loop = new Loop();
    const turns = new Turns(loop.runtime);
    const told: string[] = [];
    for (const name of ["a", "b"]) turns.join(memberOf(told, name));
    loop.nowMs = 4;
    turns.look();
    expect(turns.isOver).toBe(false);
    loop.nowMs = 4.1;
    turns.look();
    expect(turns.isOver).toBe(true);
    turns.look();
    expect(told).toEqual(["a pauses", "b pauses"]);
    loop.turn();
    expect(turns.isOver).toBe(false);
    expect(told.slice(2)).toEqual(["a ends", "b ends", "a begins", "b begins"]);
  });

  it("whom time did not suffice for comes first in the next turn", () => {
    const loop = new Loop();
    const turns = new Turns(loop.runtime);
    const told: string[] = [];
    const busy = memberOf(told, "busy", () => {
      turns.join(busy);
      loop.nowMs += 5;
      turns.look();
    });
    const members = [busy, memberOf(told, "b"), memberOf(told, "c")];
    for (const member of members) turns.join(member);
    loop.turn();
    expect(told.splice(0)).toEqual(["busy ends", "b ends", "c ends", "busy begins", "busy pauses"]);
    loop.turn();
    expect(told.filter((line) => line.endsWith("begins"))).toEqual(["b begins", "c begins", "busy begins"]);
  });

  it("the more take part, the less each encodes between two looks", () => {
    const turns = new Turns(new Loop().runtime);
    const shares: number[] = [];
    for (let i = 1; i <= 1000; i++) {
      turns.join(memberOf([], String(i)));
      shares.push(turns.shareBytes);
    }
    expect(shares[0]).toBe(64 * 1024);
    expect(shares[7]).toBe(8 * 1024);
    expect(shares[999]).toBe(1024);
  });
});
