import { GroupKey, logReplaySync, NoOp } from "mosaik";
import { describe, expect, it } from "vitest";
import { Counter, COUNTER_TYPE_NAME } from "./counter.js";
import { HS256 } from "./jwt.js";
import { obstacle, useLanguages } from "./setup.js";

const KEY = "ab".repeat(32);
const OTHER = { keys: [{ alg: "HS256", key: KEY }] } as const;

describe.skipIf(obstacle !== undefined)("ids of groups in TypeScript and Rust", () => {
  const context = useLanguages();

  it("are the same for the same key, times, machine, sync and tickets, and differ with each of them", async () => {
    const { ts, rust } = await context.languages.pair("group ids");
    const key = (secret: string) => GroupKey.fromSecret(secret);
    const pairs = [
      [await rust.joinCounter({ secret: "s" }), ts.groups.join({ key: key("s"), machine: new Counter() })],
      [await rust.joinCounter({ secret: KEY }), ts.groups.join({ key: key(KEY), machine: new Counter() })],
      [
        await rust.joinCounter({ secret: "s", batchSize: 7, fetchTimeoutMs: 3500 }),
        ts.groups.join({ key: key("s"), machine: new Counter({ batchSize: 7, fetchTimeoutMs: 3999 }) }),
      ],
      ...(await Promise.all(
        [
          { heartbeatIntervalMs: 501 },
          { heartbeatJitterMs: 151 },
          { maxMissedHeartbeats: 11 },
          { heartbeatIntervalMs: 100, heartbeatJitterMs: 20, maxMissedHeartbeats: 3, electionTimeoutMs: 700 },
        ].map(
          async (consensus) =>
            [
              await rust.joinCounter({ secret: "s", consensus }),
              ts.groups.join({ key: key("s"), machine: new Counter(), consensus }),
            ] as const,
        ),
      )),
      [
        await rust.joinCounter({ secret: "s", requireTickets: [HS256.rustValidator, OTHER] }),
        ts.groups.join({
          key: key("s"),
          machine: new Counter(),
          tickets: [HS256.validator(), HS256.validatorOf(KEY)],
        }),
      ],
      [
        await rust.joinCounter({ secret: "s", requireTickets: [OTHER, HS256.rustValidator] }),
        ts.groups.join({
          key: key("s"),
          machine: new Counter(),
          tickets: [HS256.validatorOf(KEY), HS256.validator()],
        }),
      ],
      [
        await rust.joinCounter({ keyOf: HS256.rustValidator }),
        ts.groups.join({ key: GroupKey.fromValidator(HS256.validator()), machine: new Counter() }),
      ],
      [await rust.joinNoop({ secret: "s" }), ts.groups.join({ key: key("s"), machine: new NoOp() })],
      [
        await rust.joinNoop({ secret: "group1secret" }),
        ts.groups.join({ key: key("group1secret"), machine: new NoOp() }),
      ],
    ] as const;
    for (const [theirs, ours] of pairs) expect(ours.id.hex).toBe(theirs.id);
    expect(new Set(pairs.map(([{ id }]) => id)).size).toBe(pairs.length);
    expect(pairs.at(-1)![0].id).toBe("691fd68d4d081ad30ad716104aeb47f973b86c71223ca21569a8884ce4bb6d43");
  });

  it("follow from the name of the machine's type in Rust", async () => {
    const { ts, rust } = await context.languages.pair("names");
    const { groupId, typeName } = await rust.request<{ groupId: string; typeName: string }>("joinGroup", {
      secret: "s",
    });
    expect(typeName).toBe(COUNTER_TYPE_NAME);
    const renamed = Object.assign(new Counter(), { sync: logReplaySync({ typeName: "demo::Counter" }) });
    const key = GroupKey.fromSecret("s");
    expect(ts.groups.join({ key, machine: renamed }).id.hex).not.toBe(groupId);
  });

  it("times that are no part of them may differ between members", async () => {
    const { ts, rust } = await context.languages.pair("own times");
    const theirs = await rust.joinCounter({
      secret: "s",
      consensus: {
        electionTimeoutMs: 3000,
        electionTimeoutJitterMs: 1,
        bootstrapDelayMs: 1,
        forwardTimeoutMs: 1,
        queryTimeoutMs: 1,
      },
    });
    const ours = ts.groups.join({ key: GroupKey.fromSecret("s"), machine: new Counter() });
    expect(ours.id.hex).toBe(theirs.id);
  });
});
