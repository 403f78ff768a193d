import { describe, expect, it } from "vitest";
import { Answers, WAITING_MAX } from "../../src/groups/answers.js";
import type { Applier } from "../../src/groups/applier.js";
import type { MachineHost } from "../../src/groups/apply.js";
import type { QueryOrigin, RaftInput } from "../../src/groups/raft/io.js";
import type { Requests } from "../../src/groups/requests.js";
import { nameOf, peer } from "./raft/member.js";

/** A machine that is behind until `catchUp`. */
function setUp() {
  const waiting: (() => void)[] = [];
  const entered: RaftInput[] = [];
  const dropped: string[] = [];
  let isBehind = true;
  const applier: Pick<Applier, "waitingCount" | "whenApplied"> = {
    get waitingCount() {
      return waiting.length;
    },
    whenApplied: (task) => (isBehind ? void waiting.push(task) : task()),
  };
  const host: Pick<MachineHost, "answer" | "committed"> = {
    answer: (query) => query,
    committed: { term: 1, index: 9 },
  };
  const answers = new Answers({
    applier: applier as Applier,
    host: host as MachineHost,
    requests: {} as Requests,
    enter: (input) => entered.push(input),
    onDropped: (from, isFirst) => dropped.push(`${nameOf(from)}${isFirst ? " told" : ""}`),
  });
  const ask = (origin: QueryOrigin): void => answers.answer(origin, new Uint8Array([1]));
  const asks = (name: string): void => ask({ kind: "member", peer: peer(name), requestId: { low: 1, high: 1 } });
  const catchUp = (): void => {
    isBehind = false;
    for (const task of waiting.splice(0)) task();
  };
  const fallBehind = (): void => void (isBehind = true);
  return { ask, asks, catchUp, fallBehind, entered, dropped };
}

describe("strong queries at a leader whose machine is behind", () => {
  it("wait; those of members beyond the bound are dropped, all counted, told once for each of them", () => {
    const { asks, catchUp, fallBehind, entered, dropped } = setUp();
    for (let i = 0; i < WAITING_MAX; i++) asks("b");
    expect(dropped).toEqual([]);
    for (const name of ["b", "c", "b", "c"]) asks(name);
    expect(dropped).toEqual(["b told", "c told", "b", "c"]);
    catchUp();
    expect(entered).toHaveLength(WAITING_MAX);
    fallBehind();
    for (let i = 0; i <= WAITING_MAX; i++) asks("b");
    expect(dropped.slice(4)).toEqual(["b told"]);
  });

  it("are never dropped where the program itself asks", () => {
    const { ask, catchUp, entered, dropped } = setUp();
    for (let id = 0; id < 2 * WAITING_MAX; id++) ask({ kind: "local", id });
    catchUp();
    expect(entered).toHaveLength(2 * WAITING_MAX);
    expect(dropped).toEqual([]);
  });
});
