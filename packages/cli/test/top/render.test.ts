import { describe, expect, it } from "vitest";
import { sceneJson } from "../../src/top/json.js";
import { listLines, render, scrollMax } from "../../src/top/render.js";
import { FIRST_VIEW, type View } from "../../src/top/state.js";
import { idOf, NAMES, peer, sceneOf, telling } from "./scenes.js";

const SIZE = { rows: 8, columns: 140 };

const scene = sceneOf(
  peer(3, { kind: "silent", why: "off" }, { rttMs: 150, protocol: "0.4.2+ts.0.1.0" }),
  telling(1, 1500),
  telling(2, 0),
  peer(4, { kind: "asking" }),
);

function shown(view: Partial<View>, size = SIZE, of = scene): string {
  return render(of, { ...FIRST_VIEW, ...view }, NAMES, size)
    .map(({ text }) => text.trimEnd())
    .join("\n");
}

describe("the list of peers", () => {
  it("has a line for each, with what is known of it", () => {
    expect(shown({})).toMatchInlineSnapshot(`
      "mosaik top   network a7e6536e47   4 peers, 2 live   03:04:05 UTC
        PEERv           RTT      UP  STREAMS  FUNCS  GROUPS   OUT/s    IN/s  BYTES/s  CALLS/s  QUEUED TELLS       PROTOCOL        TAGS
      > 0101010101   0.25ms    1m0s        1      0       0    1.5k       0  20.0KiB      3.5      10 live        0.4.2           mosaik.observer
        0202020202   0.50ms    2m0s        1      0       0       0       0  20.0KiB      3.5      10 live        0.4.2           mosaik.observer
        0303030303    150ms    3m0s        1      0       0       -       -        -        -       - off         0.4.2+ts.0.1.0  mosaik.observer
        0404040404        -    4m0s        1      0       0       -       -        -        -       - asking      0.4.2           mosaik.observer

      up/down select   enter details   s/S sort by the next/previous column   r reverse   q quit"
    `);
  });

  it("is sorted by a column, what there is most of first, what is not known last", () => {
    const ids = (view: Partial<View>): string[] =>
      listLines(scene, { ...FIRST_VIEW, ...view }, NAMES)
        .slice(1)
        .map(({ text }) => text.slice(0, 2));
    expect(ids({})).toEqual(["01", "02", "03", "04"]);
    expect(ids({ isReversed: true })).toEqual(["04", "03", "02", "01"]);
    expect(ids({ sort: "OUT/s" })).toEqual(["01", "02", "03", "04"]);
    expect(ids({ sort: "OUT/s", isReversed: true })).toEqual(["02", "01", "03", "04"]);
    expect(ids({ sort: "RTT", isReversed: true })).toEqual(["03", "02", "01", "04"]);
    expect(ids({ sort: "UP" })).toEqual(["04", "03", "02", "01"]);
  });

  it("fits into any screen, with the selected peer in sight", () => {
    const many = sceneOf(...Array.from({ length: 50 }, (_, i) => telling(i + 1, i)));
    for (const rows of [1, 3, 4, 10, 60]) {
      for (const columns of [1, 20, 200]) {
        const lines = render(many, { ...FIRST_VIEW, selected: idOf(33) }, NAMES, { rows, columns });
        expect(lines).toHaveLength(rows);
        expect(Math.max(...lines.map(({ text }) => text.length))).toBeLessThanOrEqual(columns);
        if (rows > 3 && columns > 20) expect(lines.filter(({ text }) => text.startsWith("> 2121"))).toHaveLength(1);
      }
    }
  });

  it("says that nobody is there", () => {
    expect(shown({}, SIZE, sceneOf())).toContain("no peer yet");
    expect(shown({ isOpen: true }, SIZE, sceneOf())).toContain("no peer yet");
  });

  it("shows nothing that a terminal would obey", () => {
    const evil = sceneOf(peer(1, { kind: "asking" }, { protocol: "1.0.0+a\u001b[2J\u009b\u202e" }));

    expect(shown({}, SIZE, evil)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

describe("one peer", () => {
  const open: Partial<View> = { isOpen: true, selected: idOf(1) };

  it("has everything that it tells", () => {
    expect(shown(open, { rows: 40, columns: 100 })).toMatchInlineSnapshot(`
      "mosaik top   network a7e6536e47   4 peers, 2 live   03:04:05 UTC
      peer 0101010101010101010101010101010101010101010101010101010101010101
      round trip 0.25ms   up 1m0s   protocol 0.4.2
      tags       mosaik.observer
      library    0.1.0, joined 59s ago, knows 4 peers
      event loop held up for at most 12ms lately
      neighbors  0909090909 (12.3ms)

      PRODUCES                     OUT/s  BYTES/s    SENT  DROPPED  QUEUED  CONSUMERS
      prices                  on    1.5k  20.0KiB  123.5k        2       3          1
        to 0909090909  connected  0.50ms            12.3k        2       3

      CONSUMES       IN/s  BYTES/s  TAKEN  DROPPED  WAITING  PRODUCERS
      orders    off     -        -      0                 7          0

      HANDLES  CALLS/s  INFLIGHT  SERVED  FAILED
      quote        2.5         2      10       1

      CALLS  CALLS/s  INFLIGHT  ANSWERED  FAILED  TRIES  HANDLERS
      quote        1         1         4       0      5         1

      GROUP         ROLE      LEADER  TERM  COMMITTED  LOG END  COMMITS/s  BONDS
      d0804ea211  leader  0101010101     3         41       42        0.5      2

      COLLECTION (GROUP)  KIND  SIZE  VERSION  CHANGES/s
      d0804ea211           map    17       41        0.5













      up/down scroll   left/right the peer before/behind   esc back   q quit"
    `);
  });

  it("has what its entry says where it does not tell", () => {
    expect(shown({ ...open, selected: idOf(3) }, { rows: 12, columns: 100 })).toMatchInlineSnapshot(`
      "mosaik top   network a7e6536e47   4 peers, 2 live   03:04:05 UTC
      peer 0303030303030303030303030303030303030303030303030303030303030303
      round trip 150ms   up 3m0s   protocol 0.4.2+ts.0.1.0
      tags       mosaik.observer
      streams    prices
      functions  none
      groups     none

      How it stands is not known (off): this is what its entry says.


      up/down scroll   left/right the peer before/behind   esc back   q quit"
    `);
  });

  it("is scrolled as far as there is something to see", () => {
    const size = { rows: 10, columns: 100 };
    const max = scrollMax(scene, { ...FIRST_VIEW, ...open }, NAMES, size);
    const last = shown({ ...open, scrolled: max }, size).split("\n");
    expect(last.at(-2)).toMatch(/map/);
    expect(last.at(-1)).not.toContain("more below");
    expect(shown({ ...open, scrolled: max - 1 }, size)).toContain("1 more below");
    expect(scrollMax(scene, { ...FIRST_VIEW, ...open }, NAMES, { rows: 100, columns: 100 })).toBe(0);
  });
});

describe("as JSON", () => {
  it("says of each peer what its entry and what it itself say", () => {
    const { peers, at } = sceneJson(scene) as { peers: Record<string, unknown>[]; at: string };
    expect(at).toBe("2026-01-02T03:04:05.000Z");
    expect(peers.map(({ id }) => (id as string).slice(0, 2))).toEqual(["01", "02", "03", "04"]);
    expect(peers[0]).toMatchObject({ protocol: "0.4.2", status: { peersCount: 4, producers: [{ sent: 123_456 }] } });
    expect(peers.slice(2)).toMatchObject([
      { status: null, silent: "off" },
      { status: null, silent: "asking" },
    ]);
  });
});
