import { beforeEach, describe, expect, it } from "vitest";
import { ChangeHistory, type WatchOptions } from "../../src/collections/changes.js";

interface Change {
  readonly name: string;
}

describe("ChangeHistory", () => {
  let version: number;
  let history: ChangeHistory<Change>;

  beforeEach(() => {
    version = 0;
    history = new ChangeHistory<Change>(4, () => version);
  });

  function push(at: number, ...names: string[]): void {
    version = at;
    history.push(
      at,
      names.map((name) => ({ name })),
    );
  }

  /** What a watcher has been told, as "name@version", a reset as "reset@version"; it goes on until the history ends. */
  function watch(
    options: WatchOptions = {},
    wanted?: (change: Change) => boolean,
  ): { told: string[]; ended: Promise<void> } {
    const told: string[] = [];
    const changes = history.watch(options, wanted);
    const ended = (async () => {
      for await (const change of changes) {
        const name = "name" in change ? change.name : change.kind;
        told.push(`${name}@${change.version}${change.isLast ? "" : "…"}`);
      }
    })();
    ended.catch(() => {});
    return { told, ended };
  }

  /** Lets the watchers take what there is. */
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  async function ended({ told, ended }: { told: string[]; ended: Promise<void> }): Promise<string[]> {
    history.end();
    await ended;
    return told;
  }

  it("tells what comes from now on, each version's changes with its end", async () => {
    push(1, "before");
    const watcher = watch();
    push(2, "a", "b");
    push(5, "c");
    expect(await ended(watcher)).toEqual(["a@2…", "b@2", "c@5"]);
  });

  it("goes on after a version", async () => {
    push(1, "a");
    push(3, "b");
    push(4, "c");
    expect(await ended(watch({ since: 3 }))).toEqual(["c@4"]);
    expect(await ended(watch({ since: 2 }))).toEqual(["b@3", "c@4"]);
    expect(await ended(watch({ since: 0 }))).toEqual(["a@1", "b@3", "c@4"]);
  });

  it("waits for what comes after a version that is ahead", async () => {
    const watcher = watch({ since: 5 });
    push(4, "a");
    push(6, "b");
    expect(await ended(watcher)).toEqual(["b@6"]);
  });

  it("says so where the history does not reach back, also within a version", async () => {
    for (let i = 1; i <= 5; i++) push(i, `${i}`);
    expect(await ended(watch({ since: 1 }))).toEqual(["2@2", "3@3", "4@4", "5@5"]);
    expect(await ended(watch({ since: 0 }))).toEqual(["reset@5"]);
    push(6, "x", "y", "z");
    push(7, "w", "v");
    expect(await ended(watch({ since: 5 }))).toEqual(["reset@7"]);
    expect(await ended(watch({ since: 6 }))).toEqual(["w@7…", "v@7"]);
  });

  it("tells a watcher that is too slow that it has missed something, once", async () => {
    const changes = history.watch();
    const first = changes.next();
    push(1, "a");
    expect((await first).value).toMatchObject({ name: "a" });
    for (let i = 2; i <= 8; i++) push(i, `${i}`);
    expect((await changes.next()).value).toEqual({ kind: "reset", version: 8, isLast: true });
    push(9, "b");
    expect((await changes.next()).value).toMatchObject({ name: "b", version: 9 });
  });

  it("tells of a snapshot", async () => {
    push(3, "a");
    const watcher = watch();
    await turn();
    version = 9;
    history.reset(9);
    await turn();
    push(10, "b");
    expect(await ended(watcher)).toEqual(["reset@9", "b@10"]);
    expect(await ended(watch({ since: 3 }))).toEqual(["reset@10"]);
    expect(await ended(watch({ since: 9 }))).toEqual(["b@10"]);
  });

  it("does not take versions of a lineage that gave way for those of the one that stayed", async () => {
    push(20, "old");
    const watcher = watch({ since: 20 });
    await turn();
    version = 0;
    history.reset(0);
    await turn();
    push(1, "a");
    push(21, "b");
    expect(await ended(watcher)).toEqual(["reset@0", "a@1", "b@21"]);
    // Who saw one of these versions may have seen that of the old lineage.
    expect(await ended(watch({ since: 5 }))).toEqual(["reset@21"]);
    expect(await ended(watch({ since: 20 }))).toEqual(["reset@21"]);
    push(22, "c");
    expect(await ended(watch({ since: 21 }))).toEqual(["c@22"]);
    expect(await ended(watch({ since: 0 }))).toEqual(["a@1", "b@21", "c@22"]);
  });

  it("tells each watcher what it wants", async () => {
    const watcher = watch({}, ({ name }) => name !== "b");
    push(1, "a", "b", "c");
    expect(await ended(watcher)).toEqual(["a@1…", "c@1"]);
  });

  it("ends with the signal's reason, or with the failure of the collection", async () => {
    const controller = new AbortController();
    const aborted = watch({ signal: controller.signal });
    const failed = watch();
    controller.abort(new Error("enough"));
    await expect(aborted.ended).rejects.toThrow("enough");
    history.end(new Error("lost"));
    await expect(failed.ended).rejects.toThrow("lost");
  });
});
