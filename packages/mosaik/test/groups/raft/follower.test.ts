import { describe, expect, it } from "vitest";
import { rustRules } from "../../../src/groups/raft/rules.js";
import { entry, Member, message } from "./member.js";

describe("the timer of a follower (spec 05 §6.4)", () => {
  it("waits for the election timeout and the bootstrap delay first, at random", () => {
    expect(new Member().core.deadlineMs).toBe(5000);
    expect(new Member({ unit: () => 0.5 }).core.deadlineMs).toBe(5250);
  });

  it("is put off by every leader's message, consistent or not, without the bootstrap delay", () => {
    const a = new Member({ bonds: "b" });
    a.nowMs = 100;
    a.receives("b", message.append({ term: 1, from: "b" }));
    expect(a.core.deadlineMs).toBe(2100);
    a.nowMs = 600;
    a.receives("b", message.append({ term: 1, from: "b" }));
    expect(a.core.deadlineMs).toBe(2600);
  });

  it("ends in a candidacy for the next term", () => {
    const a = new Member({ bonds: "bc" });
    a.receives("b", message.append({ term: 4, from: "b" }));
    expect(a.at(1999)).toEqual([]);
    expect(a.at(2000)).toEqual([
      "candidate in term 5",
      "to all: request vote term 5, at 0/0",
      "leader unknown",
      "offline",
    ]);
  });

  it("does not clear the leader of a Rust member", () => {
    const a = new Member({ base: rustRules, bonds: "bc" });
    a.receives("b", message.append({ term: 4, from: "b" }));
    expect(a.at(2000)).toEqual(["candidate in term 5", "to all: request vote term 5, at 0/0", "offline"]);
  });
});

describe("entries from the leader (spec 05 §6.4)", () => {
  it("appends, answers the sender with the end of its log, and commits what is there", () => {
    const a = new Member({ bonds: "b" });
    expect(a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x", "1:y"], commit: 9 }))).toEqual([
      "follower in term 1",
      "log ends at 1/2",
      "to b: granted term 1, last 2",
      "commit up to 2",
      "leader b",
      "online",
    ]);
    expect(a.entries()).toEqual(["1:x", "1:y"]);
    expect(a.core.committed).toEqual({ term: 1, index: 2 });
  });

  it("never answers a heartbeat, and commits by it", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x", "1:y"] }));
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/2", commit: 1 }))).toEqual(["commit up to 1"]);
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/2", commit: 1 }))).toEqual([]);
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/2", commit: 0 }))).toEqual([]);
  });

  it("an observer abstains instead of granting", () => {
    const a = new Member({ bonds: "b", preference: { kind: "observer" } });
    const told = a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x"] }));
    expect(told).toContain("to b: abstained term 1, last 1");
  });

  it("skips what it has, and answers with the end of its whole log", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x", "1:y", "1:z"] }));
    expect(a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x"] }))).toEqual([
      "to b: granted term 1, last 3",
    ]);
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/2", entries: ["1:z", "1:w"] }))).toEqual([
      "log ends at 1/4",
      "to b: granted term 1, last 4",
    ]);
    expect(a.entries()).toEqual(["1:x", "1:y", "1:z", "1:w"]);
  });

  it("gives up its own entries from the first one that has another term", () => {
    const a = new Member({ log: ["1:x", "1:y", "1:z"], bonds: "b" });
    expect(a.receives("b", message.append({ term: 2, from: "b", prev: "1/1", entries: ["2:u"] }))).toEqual([
      "follower in term 2",
      "reverted from 2: 1:y 1:z",
      "log ends at 1/1",
      "log ends at 2/2",
      "to b: granted term 2, last 2",
      "leader b",
      "online",
    ]);
    expect(a.entries()).toEqual(["1:x", "2:u"]);
  });

  it("looks at every entry that it has, not only at the first", () => {
    const a = new Member({ log: ["1:x", "1:y", "1:z"], bonds: "b" });
    const entries = ["1:x", "1:other", "2:u"];
    expect(a.receives("b", message.append({ term: 2, from: "b", entries }))).toContain("reverted from 2: 1:y 1:z");
    expect(a.entries()).toEqual(entries);
  });

  it("keeps what it has behind a heartbeat of a leader whose log is shorter", () => {
    const a = new Member({ log: ["1:x", "1:y"], bonds: "b" });
    a.receives("b", message.append({ term: 2, from: "b", prev: "1/1", commit: 1 }));
    expect(a.entries()).toEqual(["1:x", "1:y"]);
    expect(a.core.committed).toEqual({ term: 1, index: 1 });
    expect(a.core.isOnline).toBe(true);
  });

  it("takes entries behind a boundary that was pruned", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x", "1:y", "1:z"], commit: 3 }));
    a.log.prunePrefix(2);
    const told = a.receives("b", message.append({ term: 1, from: "b", entries: ["1:x", "1:y", "1:z", "1:w"] }));
    expect(told).toEqual(["log ends at 1/4", "to b: granted term 1, last 4"]);
  });
});

describe("two leaders of one term", () => {
  const from = (leader: string) => message.append({ term: 1, from: leader });

  it("are not followed in turns: the first one is, as long as it is heard", () => {
    const a = new Member({ bonds: "bc" });
    a.receives("b", from("b"));
    expect(a.receives("c", from("c"))).toEqual([]);
    expect(a.core.deadlineMs).toBe(2000);
    a.nowMs = 2000;
    expect(a.receives("c", from("c"))).toEqual(["leader c"]);
  });

  it("are followed at once when the bond with the first has ended", () => {
    const a = new Member({ bonds: "bc" });
    a.receives("b", from("b"));
    a.loses("b");
    expect(a.receives("c", from("c"))).toEqual(["leader c", "online"]);
  });

  it("are followed in turns by Rust", () => {
    const rust = new Member({ base: rustRules, bonds: "bc" });
    rust.receives("b", from("b"));
    expect(rust.receives("c", from("c"))).toEqual(["leader c"]);
  });
});

describe("what does not join on (spec 05 §6.4)", () => {
  it("is not answered: a catch-up begins, with what the leader sent", () => {
    const a = new Member({ bonds: "b" });
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/4", entries: ["1:x"], commit: 3 }))).toEqual([
      "follower in term 1",
      "begin sync with b, 1/4 1:x commit 3",
      "leader b",
    ]);
    expect(a.core.isSyncing).toBe(true);
    expect(a.core.isOnline).toBe(false);
  });

  it("takes a member off line that was on line", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b" }));
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/4", commit: 3 }))).toEqual([
      "begin sync with b, 1/4 commit 3",
      "offline",
    ]);
  });

  it("reverts from where the term is another", () => {
    const a = new Member({ log: ["1:x", "1:y", "1:z"], bonds: "b" });
    expect(a.receives("b", message.append({ term: 3, from: "b", prev: "2/2", commit: 1 }))).toEqual([
      "follower in term 3",
      "reverted from 2: 1:y 1:z",
      "log ends at 1/1",
      "begin sync with b, 2/2 commit 1",
      "leader b",
    ]);
  });

  it("hands the session what the leader sends meanwhile, heartbeats too", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/4", entries: ["1:x"] }))).toEqual([
      "during sync: 1/4 1:x commit 0",
    ]);
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/5", commit: 5 }))).toEqual([
      "during sync: 1/5 commit 5",
    ]);
  });

  it("is on line again with the next message of the leader, after the session", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/2", commit: 2 }));
    a.log.append(["1:x", "1:y"].map(entry));
    expect(a.step({ kind: "synced" })).toEqual(["log ends at 1/2", "to b: granted term 1, last 2"]);
    expect(a.core.isSyncing).toBe(false);
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/2", commit: 2 }))).toEqual([
      "commit up to 2",
      "online",
    ]);
  });

  it("sends no acknowledgement when a session of a Rust member ends, nor when an observer's does", () => {
    for (const options of [{ base: rustRules }, { preference: { kind: "observer" } as const }]) {
      const a = new Member({ ...options, bonds: "b" });
      a.receives("b", message.append({ term: 1, from: "b", prev: "1/1" }));
      a.log.append([{ term: 1, command: new Uint8Array() }]);
      expect(a.step({ kind: "synced" })).toEqual(["log ends at 1/1"]);
    }
  });

  it("tells nobody of its end while there is no leader: the older one would step down by it", () => {
    const a = new Member({ bonds: "bc" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/1" }));
    a.receives("c", message.requestVote(2, "c", "1/1"));
    a.log.append([entry("1:x")]);
    expect(a.step({ kind: "synced" })).toEqual(["log ends at 1/1"]);
  });

  it("goes on under another leader (§19 D3), where Rust drops the session", () => {
    const a = new Member({ bonds: "bc" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    expect(a.receives("c", message.requestVote(2, "c", "1/4"))).toEqual([
      "follower in term 2",
      "to c: vote abstained term 2",
      "leader unknown",
    ]);
    expect(a.receives("c", message.append({ term: 2, from: "c", prev: "1/4" }))).toEqual([
      "sync under c",
      "during sync: 1/4 commit 0",
      "leader c",
    ]);

    const rust = new Member({ base: rustRules, bonds: "bc" });
    rust.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    expect(rust.receives("c", message.append({ term: 2, from: "c", prev: "1/4" }))).toEqual([
      "end sync",
      "follower in term 2",
      "begin sync with c, 1/4 commit 0",
      "leader c",
    ]);
  });

  it("tells the session that the same leader leads in a later term: its log may be another", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }))).toEqual(["during sync: 1/4 commit 0"]);
    expect(a.receives("b", message.append({ term: 3, from: "b", prev: "1/2" }))).toEqual([
      "follower in term 3",
      "sync under b",
      "during sync: 1/2 commit 0",
    ]);
  });

  it("ends the session when another leader's log joins on to ours as it is", () => {
    const a = new Member({ log: ["1:x"], bonds: "bc" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    expect(a.receives("c", message.append({ term: 2, from: "c", prev: "1/1", entries: ["2:y"], commit: 1 }))).toEqual([
      "follower in term 2",
      "end sync",
      "log ends at 2/2",
      "to c: granted term 2, last 2",
      "commit up to 1",
      "leader c",
      "online",
    ]);
  });

  it("does not stand for election while it catches up from a leader that is there", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    expect(a.core.deadlineMs).toBe(4000);
    expect(a.at(4000)).toEqual([]);
    expect(a.core.deadlineMs).toBe(8000);
  });

  it("stands for election when the leader it caught up from is gone, after the others had their turn", () => {
    const a = new Member({ bonds: "bc" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    a.loses("b");
    expect(a.core.deadlineMs).toBe(4000);
    expect(a.at(4000)).toEqual([
      "end sync",
      "candidate in term 2",
      "to all: request vote term 2, at 0/0",
      "leader unknown",
    ]);
  });
});
