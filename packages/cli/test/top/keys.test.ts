import { describe, expect, it } from "vitest";
import { afterKey, keysIn, type Key } from "../../src/top/keys.js";
import { FIRST_VIEW, sorted, type View } from "../../src/top/state.js";
import { idOf, sceneOf, telling } from "./scenes.js";

const scene = sceneOf(...[1, 2, 3].map((number) => telling(number, number)));

function after(view: Partial<View>, ...keys: Key[]): View {
  const reach = { rows: 2, scrollMax: 5 };
  return keys.reduce((seen, key) => afterKey(seen, key, sorted(scene, seen), reach), { ...FIRST_VIEW, ...view });
}

describe("keys", () => {
  it("are read from what terminals send, several at once too", () => {
    expect(keysIn("\u001b[A\u001bOB\u001b[5~q")).toEqual(["up", "down", "pageUp", "quit"]);
    expect(keysIn("\u001b")).toEqual(["back"]);
    expect(keysIn("\u0003")).toEqual(["quit"]);
    expect(keysIn("xyz\u001b[1;5Pé\u{1f600}")).toEqual([]);
  });

  it("select a peer, and stop at both ends", () => {
    expect(after({}, "down").selected).toBe(idOf(2));
    expect(after({}, "pageDown", "down", "down").selected).toBe(idOf(3));
    expect(after({}, "end", "up").selected).toBe(idOf(2));
    expect(after({}, "down", "home", "up").selected).toBe(idOf(1));
    expect(after({ selected: idOf(77) }, "down").selected).toBe(idOf(2));
  });

  it("choose the column to sort by", () => {
    expect(after({}, "next")).toMatchObject({ sort: "RTT", isReversed: false });
    expect(after({}, "reverse", "previous")).toMatchObject({ sort: "TAGS", isReversed: false });
    expect(after({}, "reverse").isReversed).toBe(true);
  });

  it("open the peer that is selected, scroll in it, go to the next one and back", () => {
    expect(after({}, "enter")).toMatchObject({ isOpen: true, selected: idOf(1), scrolled: 0 });
    expect(after({}, "enter", "pageDown", "pageDown", "pageDown").scrolled).toBe(5);
    expect(after({}, "enter", "end", "up").scrolled).toBe(4);
    expect(after({}, "enter", "end", "right")).toMatchObject({ selected: idOf(2), scrolled: 0 });
    expect(after({}, "enter", "right", "left", "back")).toMatchObject({ isOpen: false, selected: idOf(1) });
    expect(afterKey(FIRST_VIEW, "enter", [], { rows: 2, scrollMax: 0 }).isOpen).toBe(false);
  });
});
