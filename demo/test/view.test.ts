import { describe, expect, it } from "vitest";
import { Board } from "../src/view/board.js";
import { Screen } from "../src/view/screen.js";

const reading = (seq: number, at_ms: number) => ({
  sensor: "cpu",
  metric: "busy",
  value: 12.34,
  unit: "%",
  seq,
  at_ms,
});

describe("the board", () => {
  it("shows a sensor's reading, its count, its rate, its latency and its state", () => {
    const board = new Board();
    for (let seq = 1; seq <= 40; seq++) board.add(reading(seq, 1000 + seq * 50), seq * 50, 1003 + seq * 50);
    const [heading, row] = board.lines(2000, () => ({ peer: "abc", state: "connected" }));
    expect(heading?.split(/ {2,}/)).toEqual(["sensor", "peer", "state", "items", "items/s", "latency ms", "reading"]);
    expect(row?.split(/ {2,}/)).toEqual(["cpu", "abc", "connected", "40", "21", "3.0", "busy 12.3 %"]);
  });

  it("says for how long a sensor has been silent, and when it is gone", () => {
    const board = new Board();
    board.add(reading(1, 0), 0, 0);
    expect(board.lines(900, () => ({ peer: "abc", state: "connected" }))[1]).toMatch(/abc +connected +1 /);
    expect(board.lines(3500, () => undefined)[1]).toMatch(/gone, silent 3 s +1 +0 +- +busy/);
  });
});

describe("the screen", () => {
  function screenOn(isTTY: boolean) {
    const written: string[] = [];
    const output = { isTTY, columns: 20, write: (text: string) => written.push(text) > 0 };
    return { screen: new Screen(output), written };
  }

  it("redraws in place on a terminal, with notes above", () => {
    const { screen, written } = screenOn(true);
    screen.show(["one", "two"], 0);
    screen.show(["one", "a line that is longer than the terminal is wide"], 1);
    screen.note("note");
    screen.end();
    screen.note("below");
    expect(written).toEqual([
      "one\ntwo\n",
      "\x1b[2F\x1b[Jone\na line that is long\n",
      "\x1b[2F\x1b[Jnote\none\na line that is long\n",
      "below\n",
    ]);
  });

  it("writes a table a second into a log", () => {
    const { screen, written } = screenOn(false);
    for (const nowMs of [0, 200, 999, 1000, 1500]) screen.show([`at ${nowMs}`], nowMs);
    screen.note("note");
    expect(written).toEqual(["at 0\n", "at 1000\n", "note\n"]);
  });
});
