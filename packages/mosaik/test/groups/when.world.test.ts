import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { increment } from "./counter.js";
import { countersOnline, ELECTION_MS, joinCounter } from "./group-nodes.js";

describe("the conditions of a group", () => {
  const context = useNodes();

  it("tell of the first leader, and who that is", async () => {
    const { nodes } = context;
    const network = await nodes.join("n0");
    const group = joinCounter(network);
    const when = group.when();
    const { id } = network.local;
    expect([when.leaderElected().isMet, when.isLeader().isMet, when.isFollower().isMet]).toEqual([false, false, true]);
    expect([when.online().isMet, when.offline().isMet]).toEqual([false, true]);
    const waits = Promise.all([when.leaderElected(), when.leaderChanged(), when.leaderIs(id), when.leaderIs(id.hex)]);
    expect(await nodes.within(ELECTION_MS, waits)).toEqual([id, id, id, id]);
    await nodes.within(1000, when.isLeader());
    await nodes.within(1000, when.online());
    expect([group.isLeader, group.isOnline, group.role]).toEqual([true, true, "leader"]);
    expect(group.when().leaderChanged().isMet).toBe(false);
  });

  it("tell of another leader, when the first one has left", async () => {
    const { nodes } = context;
    const { networks, groups } = await countersOnline(nodes, 3);
    const changed = groups.slice(1).map((group) => group.when().leaderChanged().toPromise());
    const offline = groups.slice(1).map((group) => group.when().offline().toPromise());
    await nodes.within(1000, groups[0]!.leave());
    const [first, second] = await nodes.within(5000, Promise.all(changed), "another leader");
    expect(first).toBe(second);
    expect(first).not.toBe(networks[0]!.local.id);
    await nodes.within(1000, Promise.race(offline), "one of them to have been offline");
    await nodes.within(5000, Promise.all(groups.slice(1).map((group) => group.when().online().toPromise())));
  });

  it("tell that a member is online once it has applied what was committed before", async () => {
    const { nodes } = context;
    const { networks, groups } = await countersOnline(nodes, 2);
    const count = 20_000;
    const commands = Array.from({ length: count }, () => increment(1));
    await nodes.within(10_000, groups[0]!.executeMany(commands), "the commands");
    const late = await nodes.join("late");
    await nodes.discoverAll(...networks, late);
    const group = joinCounter(late);
    await nodes.within(15_000, group.when().online(), "the late member to be online");
    expect(await group.query(undefined, "weak")).toEqual({ result: BigInt(count), position: count });
  });

  it("tell where the log and what is committed stand", async () => {
    const { nodes } = context;
    const [leader, follower] = (await countersOnline(nodes, 2)).groups;
    for (const group of [leader!, follower!]) {
      const [log, committed] = [group.when().log(), group.when().committed()];
      const at = group.committed;
      expect([log.changed().isMet, log.advanced().isMet, log.reverted().isMet, log.reaches(at).isMet]).toEqual([
        false,
        false,
        false,
        true,
      ]);
      const waits = Promise.all([
        log.changed(),
        log.advanced(),
        committed.changed(),
        committed.advanced(),
        committed.reaches(at + 1),
        committed.reaches({ start: at, end: at + 1 }),
      ]);
      expect(await nodes.within(2000, group.execute(increment(1)))).toBe(at + 1);
      const [term, index] = [group.term, at + 1];
      expect(await nodes.within(1000, waits)).toEqual([{ term, index }, { term, index }, index, index, index, index]);
      expect(group.logPosition).toEqual({ term, index });
      await nodes.within(
        2000,
        Promise.all([leader!, follower!].map((g) => g.when().committed().reaches(index).toPromise())),
      );
    }
  });

  it("are waited for within a time, until a signal, or until the group ends", async () => {
    const { nodes } = context;
    const group = joinCounter(await nodes.join("n0"));
    const never = group.when().committed().reaches(1);
    await expect(nodes.within(1000, never.toPromise({ timeoutMs: 50 }))).rejects.toMatchObject({ code: "timeout" });
    const aborting = new AbortController();
    const aborted = never.toPromise({ signal: aborting.signal, timeoutMs: 5000 });
    aborting.abort(new Error("enough"));
    await expect(nodes.within(1000, aborted)).rejects.toThrow("enough");
    const left = expect(never.toPromise()).rejects.toMatchObject({ code: "closed" });
    await nodes.within(1000, group.leave());
    await nodes.within(1000, left);
  });

  it("can be followed as they change", async () => {
    const { nodes } = context;
    const group = joinCounter(await nodes.join("n0"));
    const seen: boolean[] = [];
    const following = (async () => {
      for await (const isOnline of group.when().online()) seen.push(isOnline);
    })();
    await nodes.within(ELECTION_MS, group.when().online());
    await nodes.until(() => seen.length === 2, 1000, "both states to be seen");
    await nodes.within(1000, group.leave());
    await nodes.within(1000, following, "the end of the group to end them");
    expect(seen).toEqual([false, true, false]);
  });
});
