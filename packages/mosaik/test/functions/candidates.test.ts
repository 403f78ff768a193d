import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Discovery } from "../../src/discovery/index.js";
import { Candidates, noteOutcome } from "../../src/functions/candidates.js";
import { callerConfig, type CallerOptions } from "../../src/functions/config.js";
import { PeerEntry, PeerInfo } from "../../src/network/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";
import { Expiration } from "../../src/tickets/index.js";
import { PlainValidator } from "../tickets/validators.js";

const functionId = Digest.from("f");
const idOf = (name: string): PeerId => PeerId.fromBytes(Digest.from(name).bytes);

describe("the handlers of a function", () => {
  let sim: Simulator;
  /** What the catalog says of its peers. */
  let known: Map<PeerId, PeerInfo>;
  let pinged: PeerId[];
  let open: Candidates[];

  beforeEach(() => {
    sim = new Simulator({ seed: "candidates" });
    known = new Map();
    pinged = [];
    open = [];
  });

  afterEach(async () => {
    for (const candidates of open) candidates.close();
    await sim.close();
    expect(sim.reports).toEqual([]);
  });

  function add(name: string, rttMs: number | undefined, change = (entry: PeerEntry): PeerEntry => entry): PeerId {
    const id = idOf(name);
    const entry = PeerEntry.create("0.4.2", Digest.from("test"), { id, addrs: [] }, 0);
    known.set(id, new PeerInfo(change(entry.withAdded("functions", [functionId], 1)), rttMs));
    return id;
  }

  function candidatesWith(options: CallerOptions = {}): Candidates {
    const discovery = {
      catalog: { peers: () => known.values(), get: (id: PeerId) => known.get(id) },
      ping: (id: PeerId) => {
        pinged.push(id);
        return Promise.resolve();
      },
    };
    const candidates: Candidates = new Candidates({
      runtime: sim.runtime("node"),
      discovery: discovery as unknown as Discovery,
      functionId,
      config: callerConfig({}, options),
      hasLocal: () => false,
      onProbed: () => candidates.refresh(),
    });
    open.push(candidates);
    candidates.refresh();
    return candidates;
  }

  const picked = (candidates: Candidates, count: number, nowMs = 0): PeerId[] =>
    Array.from({ length: count }, () => candidates.pick(undefined, nowMs)!.peer);

  it("of the nearest class of round-trip times come first, however many calls they have", () => {
    const [near, asNear] = [add("near", 1.1), add("as near", 1.9)];
    add("far", 2.1);
    add("not measured", undefined);
    const candidates = candidatesWith();
    for (let i = 0; i < 10; i++) candidates.pick(undefined, 0)!.outstanding++;
    expect(new Set(picked(candidates, 4))).toEqual(new Set([near, asNear]));
    expect(candidates.size).toBe(4);
  });

  it("that are not measured stand between those of a quarter of a second and those beyond", () => {
    const [within, unknown, beyond] = [add("within", 250), add("unknown", undefined), add("beyond", 600)];
    const candidates = candidatesWith();
    const tried = new Set<PeerId>();
    for (const next of [within, unknown, beyond]) {
      const { peer } = candidates.pick(tried, 0)!;
      expect(peer).toBe(next);
      tried.add(peer);
    }
    expect(candidates.pick(tried, 0)).toBeUndefined();
    expect(pinged).toEqual([]);
  });

  it("of one class share the calls: the fewest under way first, then who waited longest", () => {
    const peers = ["a", "b", "c"].map((name) => add(name, 1));
    const candidates = candidatesWith();
    const round = picked(candidates, 3);
    expect(new Set(round)).toEqual(new Set(peers));
    expect(picked(candidates, 3)).toEqual(round);
    candidates.pick(undefined, 0)!.outstanding++;
    expect(picked(candidates, 4)).toEqual([round[1], round[2], round[1], round[2]]);
  });

  it("that failed come behind all others, for twice as long with each failure in a row", () => {
    const near = add("near", 1);
    const far = add("far", 100);
    const candidates = candidatesWith();
    const failing = candidates.pick(undefined, 0)!;
    expect(failing.peer).toBe(near);
    for (const [failure, setBackMs] of [250, 500, 1000].entries()) {
      const nowMs = failure * 10_000;
      noteOutcome(failing, true, nowMs);
      expect(picked(candidates, 1, nowMs + setBackMs - 1)).toEqual([far]);
      expect(picked(candidates, 1, nowMs + setBackMs)).toEqual([near]);
    }
    for (let i = 0; i < 20; i++) noteOutcome(failing, true, 50_000 + 30_000 * i);
    expect(picked(candidates, 1, 649_999)).toEqual([far]);
    expect(picked(candidates, 1, 650_000)).toEqual([near]);
    noteOutcome(failing, false, 660_000);
    expect(picked(candidates, 1, 660_000)).toEqual([near]);
    noteOutcome(failing, true, 660_000);
    expect(picked(candidates, 1, 660_250)).toEqual([near]);
  });

  it("that fail many calls at once are set back as for one", () => {
    const [near, far] = [add("near", 1), add("far", 100)];
    const candidates = candidatesWith();
    const failing = candidates.pick(undefined, 0)!;
    for (let i = 0; i < 100; i++) noteOutcome(failing, true, i);
    expect(picked(candidates, 1, 249)).toEqual([far]);
    expect(picked(candidates, 1, 250)).toEqual([near]);
  });

  it("that failed are tried with one call, and the others go on until it has answered", () => {
    const [near, far] = [add("near", 1), add("far", 100)];
    const candidates = candidatesWith();
    const failing = candidates.pick(undefined, 0)!;
    noteOutcome(failing, true, 0);
    expect(picked(candidates, 1, 250)).toEqual([near]);
    failing.outstanding++;
    expect(picked(candidates, 3, 250)).toEqual([far, far, far]);
    noteOutcome(failing, false, 260);
    expect(picked(candidates, 1, 260)).toEqual([near]);
  });

  it("that failed all: who failed first is tried first, however far away", () => {
    const [near, far] = [add("near", 1), add("far", 100)];
    const candidates = candidatesWith();
    noteOutcome(candidates.pick(new Set([near]), 0)!, true, 0);
    noteOutcome(candidates.pick(new Set([far]), 0)!, true, 1);
    expect(picked(candidates, 1, 2)).toEqual([far]);
  });

  it("that failed are still there when nobody else is", () => {
    const only = add("only", 1);
    const candidates = candidatesWith();
    noteOutcome(candidates.pick(undefined, 0)!, true, 0);
    expect(picked(candidates, 1)).toEqual([only]);
  });

  it("are judged by their newest entries and tickets before each attempt", async () => {
    const validator = new PlainValidator("voucher");
    const until = Expiration.after(1000, sim.runtime("node").wallMs());
    const isServing = Digest.from("serving");
    const worthy = (name: string, expiration: Expiration): PeerId =>
      add(name, 1, (entry) =>
        entry.withAdded("tags", [isServing], 2).replacingTickets(validator.ticket(expiration), 3),
      );
    const [briefly, always] = [worthy("briefly", until), worthy("always", Expiration.never)];
    const candidates = candidatesWith({
      requireHandler: ({ entry }) => entry.tags.has(isServing),
      requireHandlerTicket: validator,
    });
    expect(new Set(picked(candidates, 2))).toEqual(new Set([briefly, always]));
    await sim.advance(1001);
    expect(picked(candidates, 3)).toEqual([always, always, always]);
    const { entry } = known.get(always)!;
    known.set(always, new PeerInfo(entry.withRemoved("tags", [isServing], 4), 1));
    expect(candidates.pick(undefined, 0)).toBeUndefined();
  });

  it("are pinged only where a predicate looks at the round-trip time, each once at a time", async () => {
    const [a, b] = [add("a", undefined), add("b", 5)];
    const candidates = candidatesWith({ requireHandler: (peer) => peer.rttBelow(10) });
    candidates.refresh();
    candidates.refresh();
    expect(candidates.size).toBe(1);
    expect(picked(candidates, 1)).toEqual([b]);
    await sim.until(() => pinged.length > 0, { withinMs: 100, what: "a ping" });
    expect(pinged).toEqual([a]);
    known.set(a, new PeerInfo(known.get(a)!.entry, 1));
    candidates.refresh();
    expect(picked(candidates, 1)).toEqual([a]);
  });

  it("that do not advertise the function any more are none", () => {
    const id = add("a", 1);
    const candidates = candidatesWith();
    expect(candidates.hasUntried(new Set())).toBe(true);
    expect(candidates.hasUntried(new Set([id]))).toBe(false);
    known.set(id, new PeerInfo(known.get(id)!.entry.withRemoved("functions", [functionId], 2), 1));
    candidates.refresh();
    expect(candidates.size).toBe(0);
  });
});
