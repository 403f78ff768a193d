import { describe, expect, it } from "vitest";
import { func, t } from "../../src/index.js";
import { compose, retry } from "../../src/functions/middleware/index.js";
import { simulate } from "../../src/testing/index.js";

const Echo = func("echo", { request: t.u32, response: t.string }, { idempotent: true });

describe("a handler that dies without a word, nearer than the others", () => {
  it("costs the calls that wait for it, and a retried call one attempt: the next go to others before its death is known", async () => {
    await simulate({ seeds: 5 }, async (world) => {
      const names = ["near", "far", "caller"];
      const [near, , caller] = await Promise.all(
        names.map((name) =>
          world.start(name, async (node) => {
            const network = await node.join("test");
            if (name !== "caller") Echo.handle(network, () => name);
            return network;
          }),
        ),
      );
      world.faults.setLatency("near", "caller", { baseMs: 0.2, jitterMs: 0.1 });
      world.faults.setLatency("far", "caller", { baseMs: 20, jitterMs: 1 });
      const echo = Echo.caller(caller!.service);
      await echo.when().available().minimumOf(2);
      await world.sleep(30_000);
      expect(await echo(1)).toBe("near");

      const { id } = near!.service.local;
      near!.kill();
      const retried = compose(
        echo,
        retry(caller!.service, { attemptTimeoutMs: 300, attemptsMax: 2, idempotent: true }),
      );
      const startMs = world.nowMs;
      const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => retried(i, { timeoutMs: 2000 })));
      expect(replies).toEqual(replies.map(() => "far"));
      expect(world.nowMs - startMs).toBeLessThan(1000);
      expect(caller!.service.discovery.catalog.get(id)).toBeDefined();
    });
  });
});
