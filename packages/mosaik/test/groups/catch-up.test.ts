import { t } from "@mosaik/postcard";
import { beforeEach, describe, expect, it } from "vitest";
import { CatchUp } from "../../src/groups/catch-up.js";
import { NoOp } from "../../src/groups/machine/no-op.js";
import { ORIGIN } from "../../src/groups/positions.js";
import { MemoryLog } from "../../src/groups/storage/memory.js";
import type { SyncHost } from "../../src/groups/sync-contexts.js";
import type { PullContext, StateSync, SyncGap } from "../../src/groups/sync/sync.js";
import { Digest } from "../../src/primitives/index.js";
import { peer, TestClock } from "./sync/fixture.js";

const GAP: SyncGap = { prev: { term: 1, index: 4 }, leaderCommit: 0, entries: [] };

/** What the state sync was asked for, and what came of it. */
let notes: string[];
let context: PullContext<number> | undefined;
/** What the state sync throws when it is asked for this. */
let throwsAt: string | undefined;
let catchUp: CatchUp;

function note(what: string): void {
  notes.push(what);
  if (what === throwsAt) throw new Error(`no ${what}`);
}

const fetching = (name: string) => ({
  receive: (message: number) => note(`${name} receives ${message}`),
  bondsChanged: () => note(`${name} sees its bonds`),
  leaderSent: () => note(`${name} hears the leader`),
  close: () => note(`${name} closes`),
});

const syncing: StateSync<number> = {
  signature: Digest.from("a state sync"),
  message: t.u32,
  provider: () => ({ receive: (message) => message < 10 }),
  session: () => {
    note("session");
    return fetching("session");
  },
};

const pulling: StateSync<number> = {
  ...syncing,
  pull: (made, from) => {
    context = made;
    note(`pull from ${from.length}`);
    return fetching("pull");
  },
};

function open(sync: StateSync<number>): void {
  notes = [];
  context = undefined;
  throwsAt = undefined;
  const machine = { ...new NoOp(), sync } as unknown as SyncHost["machine"];
  const clock = new TestClock();
  catchUp = new CatchUp({
    runtime: {
      monoMs: () => clock.nowMs,
      random: { unit: () => 0, fill: () => {} } as unknown as SyncHost["runtime"]["random"],
      report: (error) => notes.push(`reported: ${(error as Error).message}`),
    },
    machine,
    log: new MemoryLog(),
    localId: peer("z"),
    groupId: Digest.from("group"),
    networkId: Digest.from("network"),
    messageMaxBytes: 1024 * 1024,
    committed: ORIGIN,
    applied: ORIGIN,
    leader: undefined,
    isLeader: false,
    fingerprintAt: () => undefined,
    after: (delayMs, task) => clock.after(delayMs, task),
    bonds: () => [],
    send: () => true,
    broadcast: () => {},
    feed: () => false,
    append: () => {},
    truncate: () => {},
    installed: () => {},
    diverged: () => notes.push("diverged"),
    synced: () => notes.push("synced"),
    pulled: () => notes.push("pulled"),
  });
}

describe("a pull of the state sync (spec 05 §19 D5)", () => {
  beforeEach(() => open(pulling));

  it("gets what the provider leaves, until it is done", () => {
    catchUp.pull([peer("b"), peer("c")]);
    catchUp.receive(3, peer("b"));
    catchUp.receive(30, peer("b"));
    catchUp.bondsChanged();
    context!.done();
    catchUp.receive(31, peer("b"));
    expect(notes).toEqual(["pull from 2", "pull receives 30", "pull sees its bonds", "pull closes", "pulled"]);
  });

  it("gives way to a catch-up, and has no effect then", () => {
    catchUp.pull([peer("b")]);
    catchUp.begin(peer("c"), GAP);
    context!.done();
    context!.diverged({ term: 1, index: 1 }, peer("b"));
    catchUp.receive(30, peer("b"));
    expect(notes).toEqual(["pull from 1", "pull closes", "session", "session receives 30"]);
  });

  it("that throws is reported, and over: the member may stand for election", () => {
    catchUp.pull([peer("b")]);
    throwsAt = "pull receives 30";
    catchUp.receive(30, peer("b"));
    catchUp.receive(31, peer("b"));
    expect(notes).toEqual(["pull from 1", throwsAt, `reported: no ${throwsAt}`, "pull closes", "pulled"]);
    open(pulling);
    throwsAt = "pull from 1";
    catchUp.pull([peer("b")]);
    expect(notes).toEqual([throwsAt, `reported: no ${throwsAt}`, "pulled"]);
  });

  it("finds another history", () => {
    catchUp.pull([peer("b")]);
    context!.diverged({ term: 1, index: 1 }, peer("b"));
    expect(notes).toEqual(["pull from 1", "pull closes", "diverged"]);
  });

  it("is over at once where there is nothing to do, and where the state sync knows no such thing", () => {
    open({
      ...pulling,
      pull: (made) => {
        made.done();
        return fetching("pull");
      },
    });
    catchUp.pull([peer("b")]);
    expect(notes).toEqual(["pulled", "pull closes"]);
    open(syncing);
    catchUp.pull([peer("b")]);
    expect(notes).toEqual(["pulled"]);
  });
});
