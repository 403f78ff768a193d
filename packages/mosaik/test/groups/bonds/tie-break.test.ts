import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayReplace, preferredSide, Tie, type Side } from "../../../src/groups/bonds/tie-break.js";
import { PeerId } from "../../../src/primitives/index.js";

const low = PeerId.fromBytes(new Uint8Array(32).fill(1));
const high = PeerId.fromBytes(new Uint8Array(32).fill(2));

describe("two links of one bond", () => {
  it("are kept for a while; then both sides close the one that the higher id dialled", () => {
    const atLow = new Tie(low, high, 1000, 300);
    const atHigh = new Tie(high, low, 1040, 300);
    expect([atLow.preferred, atHigh.preferred]).toEqual(["dialled", "accepted"]);
    expect([atLow.tick(1299), atHigh.tick(1339)]).toEqual([undefined, undefined]);
    expect([atLow.tick(1300), atHigh.tick(1340)]).toEqual(["accepted", "dialled"]);
    // Once.
    expect(atLow.tick(1400)).toBeUndefined();
  });

  it("are settled by a Rust peer that closes one", () => {
    for (const closed of ["dialled", "accepted"] as const) {
      const tie = new Tie(low, high, 0, 300);
      expect(tie.ended(closed)).toBe(closed === "dialled" ? "accepted" : "dialled");
      expect(tie.tick(300)).toBeUndefined();
    }
  });

  it("may both end", () => {
    const tie = new Tie(low, high, 0, 300);
    tie.ended("dialled");
    expect(tie.ended("accepted")).toBeUndefined();
  });

  it("always leave the same link at both sides, in whatever order they learn of it", () => {
    const ids = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => PeerId.fromBytes(bytes));
    fc.assert(
      fc.property(ids, ids, (one, other) => {
        fc.pre(one !== other);
        const across: Record<Side, Side> = { dialled: "accepted", accepted: "dialled" };
        expect(preferredSide(one, other)).toBe(across[preferredSide(other, one)]);
        const tie = new Tie(one, other, 0, 300);
        const closed = tie.tick(300)!;
        expect(tie.ended(closed)).toBe(tie.preferred);
      }),
    );
  });

  it("tells a link that was closed unread from one that a peer of ours closed in time", () => {
    const tie = new Tie(low, high, 1000, 400);
    expect(tie.isUnread(1199)).toBe(true);
    expect(tie.isUnread(1200)).toBe(false);
  });
});

describe("a handshake while there is a bond", () => {
  it.each([
    [0, 5n, 5n, false],
    [650, 5n, 5n, false],
    [651, 5n, 5n, true],
    [0, 5n, 6n, true],
    [0, 5n, 4n, false],
  ])("silent for %d ms, made with %d, now %d: replaces it? %s", (silentMs, started, now, replaces) => {
    expect(mayReplace({ silentMs, started }, now, 650)).toBe(replaces);
  });
});
