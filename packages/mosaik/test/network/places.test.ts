import { beforeEach, describe, expect, it } from "vitest";
import { Places, type PlaceHolder } from "../../src/network/places.js";

interface Guest extends PlaceHolder {
  readonly name: string;
  movedBytes: number;
}

const RULES = { concurrentMax: 3, waitingMax: 2, waitMaxMs: 8000, safeMs: 1000, paceMin: 1000 };

function guest(name: string, remoteId = name): Guest {
  return { name, remoteId, movedBytes: 0 };
}

const names = (guests: readonly Guest[]): string[] => guests.map(({ name }) => name);

describe("Places", () => {
  let places: Places<Guest>;

  beforeEach(() => {
    places = new Places(RULES);
  });

  /** Lets guests in at time 0. */
  function full(...guests: Guest[]): Guest[] {
    for (const one of guests) expect(places.enter(one, 0)).toEqual({ kind: "serve", displaced: undefined });
    return guests;
  }

  it("are given as long as there are any, and again when they are left", () => {
    const [a] = full(guest("a"), guest("b"), guest("c"));
    places.leave(a!);
    expect(places.enter(guest("d"), 1)).toEqual({ kind: "serve", displaced: undefined });
  });

  it("are given up by the peer that has most, the oldest first", () => {
    const [first] = full(guest("first", "x"), guest("second", "x"), guest("other"));
    expect(places.enter(guest("y"), 1)).toEqual({ kind: "serve", displaced: first });
    expect(places.enter(guest("third", "x"), 2)).toEqual({ kind: "wait" });
  });

  it("go to who waits longest, one of a peer, when somebody leaves", () => {
    const [a, b] = full(guest("a"), guest("b"), guest("c"));
    expect(places.enter(guest("d"), 1)).toEqual({ kind: "wait" });
    expect(places.enter(guest("d again", "d"), 2)).toEqual({ kind: "refuse" });
    expect(places.enter(guest("e"), 3)).toEqual({ kind: "wait" });
    expect(places.enter(guest("f"), 4)).toEqual({ kind: "refuse" });
    places.leave(b!);
    expect(names(places.advance(5).served)).toEqual(["d"]);
    places.leave(a!);
    expect(names(places.advance(6).served)).toEqual(["e"]);
  });

  it("go to peers that have none before those that have one", () => {
    const [, b] = full(guest("a"), guest("b"), guest("c"));
    expect(places.enter(guest("a again", "a"), 1)).toEqual({ kind: "wait" });
    expect(places.enter(guest("d"), 2)).toEqual({ kind: "wait" });
    places.leave(b!);
    expect(names(places.advance(3).served)).toEqual(["d"]);
    expect(names(places.advance(1000).served)).toEqual(["a again"]);
  });

  it("are taken from the slowest exchange after a second, and from none that gets on", () => {
    const [slow, silent, quick] = full(guest("slow"), guest("silent"), guest("quick"));
    for (const name of ["d", "e"]) places.enter(guest(name), 500);
    expect(names(places.advance(999).displaced)).toEqual([]);
    slow!.movedBytes = 900;
    quick!.movedBytes = 10_000;
    expect(places.advance(1000)).toMatchObject({ displaced: [silent, slow], served: [{ name: "d" }, { name: "e" }] });
    places.enter(guest("f"), 1000);
    expect(names(places.advance(1999).displaced)).toEqual([]);
    expect(names(places.advance(2000).displaced)).toEqual(["d"]);
  });

  it("are waited for so long only, and not by who has gone", () => {
    const everybody = full(guest("a"), guest("b"), guest("c"));
    const gone = guest("gone");
    places.enter(gone, 0);
    places.enter(guest("late"), 0);
    places.leaveLine(gone);
    for (const one of everybody) one.movedBytes = 1_000_000;
    expect(names(places.advance(7999).late)).toEqual([]);
    expect(names(places.advance(8000).late)).toEqual(["late"]);
    expect(places.waitingCount).toBe(0);
  });

  it("are not waited for, nor given up for silence, where they are meant to last", () => {
    places = new Places({ ...RULES, waitingMax: 0 });
    full(guest("a"), guest("b"), guest("c"));
    expect(places.enter(guest("d"), 60_000)).toEqual({ kind: "refuse" });
    expect(places.advance(60_000)).toEqual({ served: [], displaced: [], late: [] });
  });
});
