import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { createNodeRuntime } from "../../src/runtime/index.js";

/** Blocks the event loop, as a pause of the process does. */
function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe("the runtime of Node", () => {
  it("has clocks, and timers that can be cancelled", async () => {
    const runtime = await createNodeRuntime();
    expect(Math.abs(runtime.wallMs() - Date.now())).toBeLessThan(1_000);
    const beganMs = runtime.monoMs();
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      const cancel = runtime.after(5, () => log.push("cancelled"));
      runtime.after(30, resolve);
      runtime.soon(() => log.push("soon"));
      cancel();
      cancel();
    });
    expect(runtime.monoMs() - beganMs).toBeGreaterThanOrEqual(28);
    expect(log).toEqual(["soon"]);
  });

  it.each([100, 600])("puts a timer that is late by %i ms behind the input that was waiting", async (pauseMs) => {
    const runtime = await createNodeRuntime();
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await vi.waitFor(() => expect(server.address()).not.toBeNull());
    const client = connect((server.address() as { port: number }).port, "127.0.0.1");
    await vi.waitFor(() => expect(sockets.length).toBe(1));
    const log: string[] = [];
    sockets[0]!.on("data", () => log.push("input"));
    await new Promise<void>((resolve) => {
      runtime.after(10, () => {
        log.push("timer");
        resolve();
      });
      client.write("x");
      block(pauseMs);
    });
    expect(log).toEqual(["input", "timer"]);
    client.destroy();
    server.close();
  });

  it("can cancel a timer that is late and waits for its turn", async () => {
    const runtime = await createNodeRuntime();
    let hasRun = false;
    const cancel = runtime.after(5, () => (hasRun = true));
    setTimeout(cancel, 6);
    block(60);
    await new Promise<void>((resolve) => runtime.after(20, resolve));
    expect(hasRun).toBe(false);
  });

  it("signs, verifies and hashes with iroh", async () => {
    const runtime = await createNodeRuntime();
    const secretKey = runtime.random.bytes(32);
    const publicKey = runtime.publicKey(secretKey);
    const message = runtime.hash(new TextEncoder().encode("message"));
    const signature = runtime.sign(secretKey, message);
    expect(runtime.isPublicKey(publicKey)).toBe(true);
    expect(runtime.verify(publicKey, message, signature)).toBe(true);
    const forged = signature.slice();
    forged[0]! ^= 1;
    expect(runtime.verify(publicKey, message, forged)).toBe(false);
    const batch = [forged, signature, forged].map((signature) => ({ publicKey, message, signature }));
    expect(await runtime.verifyBatch(batch)).toEqual([false, true, false]);
  });

  it("draws from the system's randomness", async () => {
    const { random } = await createNodeRuntime();
    const words = new Set(Array.from({ length: 1_000 }, () => random.u32()));
    expect(words.size).toBeGreaterThan(990);
    for (let i = 0; i < 1_000; i++) expect(random.unit()).toBeLessThan(1);
    expect(random.bytes(33).length).toBe(33);
  });

  it("knows for how long the event loop was held up, once it was asked", async () => {
    const runtime = await createNodeRuntime();
    expect(runtime.loopDelayMs()).toBeGreaterThanOrEqual(0);
    await new Promise<void>((resolve) => runtime.after(50, resolve));
    block(300);
    await vi.waitFor(() => expect(runtime.loopDelayMs()).toBeGreaterThan(200));
    expect(runtime.loopDelayMs()).toBeLessThan(60_000);
  });

  it("hands reports to whoever wants them", async () => {
    const onReport = vi.fn();
    const runtime = await createNodeRuntime({ onReport });
    const error = new Error("theirs");
    runtime.report(error, "a listener");
    expect(onReport).toHaveBeenCalledWith(error, "a listener");
  });
});
