import { describe, expect, it } from "vitest";
import { EMPTY_FINGERPRINT } from "../../../src/groups/raft/fingerprint.js";
import { FingerprintedLog } from "../../../src/groups/raft/fingerprinted-log.js";
import type { Fingerprint } from "../../../src/groups/raft/messages.js";
import { rustRules } from "../../../src/groups/raft/rules.js";
import { MemoryLog } from "../../../src/groups/storage/memory.js";
import { entry, Member, message } from "./member.js";

/** Of a leader's log with these entries. */
function fingerprint(...entries: string[]): Fingerprint {
  const log = new FingerprintedLog(new MemoryLog());
  log.append(entries.map(entry));
  return log.fingerprintAt(entries.length)!;
}

/** A follower of b that has these entries, the first `committed` of them committed. */
function follower(entries: string[], committed: number): Member {
  const a = new Member({ bonds: "bc" });
  a.receives("b", message.append({ term: 1, from: "b", entries, commit: committed }));
  return a;
}

/** What the worker does when told to: the log begins anew. */
function rebuild(member: Member): string[] {
  member.log.resetTo({ term: 0, index: 0 });
  return member.step({ kind: "rebuilt" });
}

describe("fingerprints (spec 08 §4)", () => {
  it("are told by a leader of its log where the entries join on", () => {
    const a = new Member({ bonds: "b" }).elected();
    const sent = () => a.outputs.flatMap((output) => (output.kind === "broadcast" ? [output.message] : []));
    a.proposes([1, "x"], [2, "y"]);
    expect(sent()).toMatchObject([{ fingerprint: EMPTY_FINGERPRINT }]);
    a.proposes([3, "z"]);
    expect(sent()).toMatchObject([{ fingerprint: fingerprint("1:x", "1:y") }]);
  });

  it("are not told by a Rust member, nor looked at", () => {
    const a = new Member({ base: rustRules, log: ["1:x"], bonds: "b" });
    const other = fingerprint("1:other");
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/1", fingerprint: other }));
    expect(a.core.isOnline).toBe(true);
  });

  it("that are equal prove the log", () => {
    const a = follower(["1:x", "1:y"], 0);
    const same = fingerprint("1:x", "1:y");
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/2", commit: 2, fingerprint: same }))).toEqual([
      "commit up to 2",
    ]);
  });

  it("that are not known on one side say nothing", () => {
    const a = follower(["1:x"], 1);
    a.log.resetTo({ term: 1, index: 1 });
    const other = fingerprint("1:other");
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/1", fingerprint: other }))).toEqual([]);
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/1" }))).toEqual([]);
  });

  it("are taken over from the leader where they are not known", () => {
    const a = follower(["1:x"], 1);
    a.log.resetTo({ term: 1, index: 1 });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/1", entries: ["1:y"], fingerprint: fingerprint("1:x") })); // prettier-ignore
    expect(a.log.fingerprintAt(2)).toEqual(fingerprint("1:x", "1:y"));
  });
});

describe("a log that differs silently (spec 05 §13 S3)", () => {
  const prev = { term: 1, from: "b", prev: "1/2", commit: 2, fingerprint: fingerprint("1:u", "1:v") };

  it("is fetched from the leader only, until fingerprints agree: other members may have the same", () => {
    const a = follower(["1:x", "1:y"], 0);
    const isDisputed = (): boolean | undefined =>
      a.outputs.flatMap((output) => (output.kind === "beginSync" ? [output.gap.isDisputed] : [])).at(-1);
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/3" }));
    expect(isDisputed()).toBe(false);
    a.step({ kind: "synced" });
    a.receives("b", message.append(prev));
    expect(isDisputed()).toBe(true);
    a.log.append(["1:u", "1:v"].map(entry));
    a.step({ kind: "synced" });
    a.receives("b", message.append(prev));
    expect(a.core.isOnline).toBe(true);
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/9" }));
    expect(isDisputed()).toBe(false);
  });

  it("loses what is not committed, and is fetched again", () => {
    const a = follower(["1:x", "1:y"], 0);
    expect(a.receives("b", message.append(prev))).toEqual([
      "reverted from 1: 1:x 1:y",
      "log ends at 0/0",
      "begin sync with b, 1/2 commit 2",
      "offline",
    ]);
  });

  it("has diverged if what is committed reaches as far", () => {
    const a = follower(["1:x", "1:y"], 2);
    expect(a.receives("b", message.append(prev))).toEqual(["diverged from b at 1/2", "offline"]);
    expect(a.entries()).toEqual(["1:x", "1:y"]);
    expect(a.core.committed).toEqual({ term: 1, index: 2 });
  });

  it("has diverged if it differs still when all behind what is committed was fetched again", () => {
    const a = follower(["1:x", "1:y"], 1);
    expect(a.receives("b", message.append(prev))[0]).toBe("reverted from 2: 1:y");
    a.log.append([entry("1:v")]);
    a.step({ kind: "synced" });
    expect(a.receives("b", message.append(prev))).toEqual(["diverged from b at 1/1"]);
  });

  it("does nothing until it is rebuilt, and catches up then", () => {
    const a = follower(["1:x", "1:y"], 2);
    a.receives("b", message.append(prev));
    expect(a.receives("b", message.append({ ...prev, entries: ["1:w"] }))).toEqual([]);
    expect(rebuild(a)).toEqual(["log ends at 0/0", "begin sync with b, 1/2 1:w commit 2"]);
    expect(a.core.committed).toEqual({ term: 0, index: 0 });
  });
});

describe("what is committed (§19 D1)", () => {
  it("is not truncated by another term where entries join on", () => {
    const a = follower(["1:x", "1:y"], 2);
    expect(a.receives("c", message.append({ term: 2, from: "c", prev: "2/2" }))).toEqual([
      "follower in term 2",
      "diverged from c at 1/2",
      "leader c",
      "offline",
    ]);
    expect(a.entries()).toEqual(["1:x", "1:y"]);
  });

  it("is not truncated by entries of another term", () => {
    const a = follower(["1:x", "1:y"], 2);
    const told = a.receives("c", message.append({ term: 2, from: "c", prev: "1/1", entries: ["2:z"] }));
    expect(told).toContain("diverged from c at 1/2");
    expect(a.entries()).toEqual(["1:x", "1:y"]);
  });

  it("is not truncated by entries of the same term with other bytes", () => {
    const a = follower(["1:x", "1:y"], 2);
    expect(a.receives("b", message.append({ term: 1, from: "b", prev: "1/1", entries: ["1:z"] }))).toEqual([
      "diverged from b at 1/2",
      "offline",
    ]);
  });

  it("has diverged if the leader's log ends before it for longer than a message may be under way", () => {
    const a = follower(["1:x", "1:y"], 2);
    const heartbeat = message.append({ term: 2, from: "c", prev: "1/1", commit: 1 });
    a.receives("c", heartbeat);
    a.nowMs = 1999;
    expect(a.receives("c", heartbeat)).toEqual([]);
    a.nowMs = 2000;
    expect(a.receives("c", heartbeat)).toEqual(["diverged from c at 1/2", "offline"]);

    const late = follower(["1:x", "1:y"], 2);
    late.receives("b", message.append({ term: 1, from: "b", prev: "1/1" }));
    late.nowMs = 1000;
    late.receives("b", message.append({ term: 1, from: "b", prev: "1/2" }));
    late.nowMs = 2500;
    expect(late.receives("b", message.append({ term: 1, from: "b", prev: "1/1" }))).toEqual([]);
  });

  it("is truncated silently by Rust", () => {
    const rust = new Member({ base: rustRules, bonds: "bc" });
    rust.receives("b", message.append({ term: 1, from: "b", entries: ["1:x", "1:y"], commit: 2 }));
    rust.receives("c", message.append({ term: 2, from: "c", prev: "1/1", entries: ["2:z"] }));
    expect(rust.entries()).toEqual(["1:x", "2:z"]);
    expect(rust.core.committed).toEqual({ term: 1, index: 2 });
  });

  it("that a session finds contradicted begins anew, too", () => {
    const a = follower(["1:x"], 1);
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/4" }));
    expect(rebuild(a)).toEqual(["log ends at 0/0", "begin sync with b, 1/4 commit 0"]);
    expect(a.core.isSyncing).toBe(true);
  });

  it("comes from a snapshot that a session has installed", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 3, from: "b", prev: "3/9", commit: 8 }));
    a.log.resetTo({ term: 2, index: 8 });
    expect(a.step({ kind: "installed", cursor: { term: 2, index: 8 } })).toEqual(["log ends at 2/8"]);
    expect(a.core.committed).toEqual({ term: 2, index: 8 });
    a.log.append([entry("3:x")]);
    expect(a.step({ kind: "synced" })).toEqual(["log ends at 3/9", "to b: granted term 3, last 9"]);
  });
});

describe("an open session", () => {
  it("ends when fingerprints say that nothing is missing", () => {
    const a = new Member({ bonds: "b" });
    a.receives("b", message.append({ term: 1, from: "b", prev: "1/2" }));
    a.log.append(["1:x", "1:y"].map(entry));
    const proof = fingerprint("1:x", "1:y");
    const told = a.receives("b", message.append({ term: 1, from: "b", prev: "1/2", commit: 2, fingerprint: proof }));
    expect(told).toEqual(["end sync", "commit up to 2", "online"]);
  });
});
