import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { ApplicationError, func, type FunctionError } from "../../src/functions/index.js";
import { Digest } from "../../src/primitives/index.js";
import { useNodes, type Nodes } from "../nodes.js";
import { available, Closure, Data1, Data2, Gate } from "./functions.js";

describe("a handler", () => {
  const context = useNodes();

  /** A handler's node and a caller's, which know each other. */
  async function pair(nodes: Nodes): Promise<[Awaited<ReturnType<Nodes["join"]>>, Awaited<ReturnType<Nodes["join"]>>]> {
    const [n0, n1] = await nodes.joinMany(2);
    await nodes.discoverAll(n0!, n1!);
    return [n0!, n1!];
  }

  it("is the only one of its function in a node", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const first = Closure.handle(n0, (request) => request);
    let failure: FunctionError | undefined;
    try {
      Closure.handle(n0, (request) => request);
    } catch (error) {
      failure = error as FunctionError;
    }
    expect(failure).toMatchObject({ code: "alreadyExists", existing: first });
    await first.close();
    const second = Closure.handle(n0, (request) => request);
    expect(n0.discovery.me().entry.functions.has(second.functionId)).toBe(true);
  });

  it("tells a function that its caller has given up, and is free for the next call", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    const ended = new Gate();
    const handler = Closure.handle(
      n0,
      async (request, { signal }) => {
        if (request !== "wait") return request;
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        ended.open();
        return "of no use";
      },
      { maxConcurrent: 1 },
    );
    const caller = Closure.caller(n1);
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    await available(nodes, caller);
    const abort = new AbortController();
    const call = caller("wait", { signal: abort.signal });
    await nodes.until(() => handler.stats().inflight === 1, 5000, "the call to be served");
    abort.abort(new Error("changed my mind"));
    await expect(call).rejects.toMatchObject({
      code: "cancelled",
      cause: { message: "changed my mind" },
      outcomeUnknown: true,
    });
    await nodes.within(5000, ended.opened, "the function to be told");
    expect(await nodes.within(5000, caller("next"), "the next call")).toBe("next");
    expect(handler.stats()).toEqual({ served: 1, failed: 1, inflight: 0 });
  });

  it("tells a function that its caller is gone", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    let isAborted = false;
    const handler = Closure.handle(n0, (_request, { signal }) => {
      signal.addEventListener("abort", () => (isAborted = true));
      return new Promise<string>(() => {});
    });
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    const caller = Closure.caller(n1);
    await available(nodes, caller);
    const call = caller("any");
    await nodes.until(() => handler.stats().inflight === 1, 5000, "the call to be served");
    const closed = expect(call).rejects.toMatchObject({ code: "closed" });
    await nodes.within(5000, n1.close(), "the caller's node to close");
    await closed;
    await nodes.until(() => isAborted, 5000, "the function to be told");
    expect(handler.stats()).toEqual({ served: 0, failed: 1, inflight: 0 });
  });

  it("that is closed lets the calls end that it serves, and refuses others", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    const begun = new Gate();
    const ends = new Gate();
    const handler = Closure.handle(n0, async (request) => {
      begun.open();
      await ends.opened;
      return `${request}!`;
    });
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    const caller = Closure.caller(n1);
    await available(nodes, caller);
    const call = caller("any");
    await nodes.within(5000, begun.opened, "the call to be served");
    const closed = handler.close();
    const refused = caller("late", { timeoutMs: 300 }).catch((error: unknown) => error);
    expect(await nodes.within(5000, refused, "the refusal")).toMatchObject({ outcomeUnknown: false });
    ends.open();
    expect(await nodes.within(5000, call, "the answer")).toBe("any!");
    await nodes.within(5000, closed, "the handler to close");
    expect(handler.stats()).toEqual({ served: 1, failed: 0, inflight: 0 });
  });

  it("whose node leaves lets the calls end that it serves, and those that they make", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    const begun = new Gate();
    const ends = new Gate();
    const inner = func("inner", { request: t.string, response: t.string });
    inner.handle(n1, async (request) => {
      begun.open();
      await ends.opened;
      return `${request}?`;
    });
    const ask = inner.caller(n0);
    Closure.handle(n0, (request) => ask(request));
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    const caller = Closure.caller(n1);
    await available(nodes, caller);
    const call = caller("any");
    await nodes.within(5000, begun.opened, "the inner call to be served");
    const closed = n0.close();
    ends.open();
    expect(await nodes.within(5000, call, "the answer")).toBe("any?");
    await nodes.within(5000, closed, "the node to close");
  });

  it("that is closed in the middle of a call answers 11404 when its time is over, and it is unknown what the function did", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    const handler = Closure.handle(n0, () => new Promise<string>(() => {}));
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    const caller = Closure.caller(n1);
    await available(nodes, caller);
    const call = caller("any");
    await nodes.until(() => handler.stats().inflight === 1, 5000, "the call to be served");
    const failure = expect(nodes.within(5000, call, "the failure")).rejects.toMatchObject({
      code: "rejected",
      closeCode: 11_404,
      outcomeUnknown: true,
    });
    await nodes.within(5000, handler.close(), "the handler to close");
    await failure;
    expect(n0.discovery.me().entry.functions.size).toBe(0);
  });

  it("whose node leaves in the middle of a call tells its caller and its function", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    let isAborted = false;
    const handler = Closure.handle(n0, (_request, { signal }) => {
      signal.addEventListener("abort", () => (isAborted = true));
      return new Promise<string>(() => {});
    });
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    const caller = Closure.caller(n1);
    await available(nodes, caller);
    const call = caller("any");
    await nodes.until(() => handler.stats().inflight === 1, 5000, "the call to be served");
    const failure = expect(nodes.within(5000, call, "the failure")).rejects.toMatchObject({
      code: "rejected",
      closeCode: 11_404,
      outcomeUnknown: true,
    });
    await nodes.within(5000, n0.close(), "the handler's node to close");
    await failure;
    expect([isAborted, handler.stats()]).toEqual([true, { served: 0, failed: 1, inflight: 0 }]);
    await nodes.within(5000, caller.when().unavailable(), "the caller to see that it is gone");
    expect(caller.isOnline).toBe(false);
  });

  it("whose function is gone for a while is tried again, and a call fails over where that is safe", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    const handler = Closure.handle(n0, () => new Promise<string>(() => {}));
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    const caller = Closure.caller(n1);
    await available(nodes, caller);
    const call = caller("again", { idempotent: true });
    await nodes.until(() => handler.stats().inflight === 1, 5000, "the call to be served");
    await nodes.within(5000, handler.close(), "the handler to close");
    Closure.handle(n0, (request) => `${request}!`);
    expect(await nodes.within(10_000, call, "the answer")).toBe("again!");
    expect(caller.stats().attempts).toBeGreaterThan(1);
  });

  it("judges the caller at each call, by its entry as it is", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    const isGuest = Digest.from("guest");
    Closure.handle(n0, (request) => request, { requireCaller: ({ entry }) => entry.tags.has(isGuest) });
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    const caller = Closure.caller(n1);
    await available(nodes, caller);
    const refused = nodes.within(5000, caller("early", { timeoutMs: 500 }), "the refusal");
    await expect(refused).rejects.toMatchObject({ code: "rejected", closeCode: 11_403, outcomeUnknown: false });
    const call = caller("in time", { timeoutMs: 10_000 });
    n1.discovery.addTags(isGuest);
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    expect(await nodes.within(10_000, call, "the answer")).toBe("in time");
    n1.discovery.removeTags(isGuest);
    await nodes.until(() => !n0.discovery.catalog.get(n1.local.id)!.entry.tags.has(isGuest), 10_000, "the news");
    const late = nodes.within(5000, caller("late", { timeoutMs: 500 }), "the refusal");
    await expect(late).rejects.toMatchObject({ code: "rejected", closeCode: 11_403 });
  });

  it("knows the round-trip time of its caller, and hands on a trace context", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    let seen: unknown[] = [];
    const handler = Closure.handle(n0, (request, { caller, traceparent, functionId, deadlineMs }) => {
      seen = [caller.id, typeof caller.rttMs, traceparent, functionId, deadlineMs];
      return request;
    });
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    const caller = Closure.caller(n1);
    await available(nodes, caller);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await nodes.within(5000, caller("traced", { traceparent, timeoutMs: 5000 }), "the answer");
    const [id, rtt, trace, functionId, deadlineMs] = seen;
    expect([id, rtt, trace, functionId]).toEqual([n1.local.id, "number", traceparent, handler.functionId]);
    expect(deadlineMs).toBeGreaterThan(4000);
    await expect(caller("x", { traceparent: "x".repeat(129) })).rejects.toMatchObject({ code: "invalidOption" });
  });

  it("in the same node is called where that is asked for, before all others", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    const Typed = func("typed", { request: Data1, response: Data2, error: t.u8 });
    const fn = (request: string): string => {
      if (request === "fail") throw new ApplicationError(7);
      return `local ${request}`;
    };
    const elsewhere = Typed.handle(n1, () => "elsewhere");
    await nodes.discoverAll(n0, n1);
    const caller = Typed.caller(n0, { local: true });
    expect(await nodes.within(5000, caller("1"))).toBe("elsewhere");
    const handler = Typed.handle(n0, fn);
    expect(await nodes.within(5000, caller("2"))).toBe("local 2");
    await expect(nodes.within(5000, caller("fail"))).rejects.toMatchObject({ code: "application", error: 7 });
    expect(await nodes.within(5000, Typed.caller(n0)("3"))).toBe("elsewhere");
    await nodes.within(5000, handler.close(), "the handler to close");
    expect(await nodes.within(5000, caller("4"))).toBe("elsewhere");
    expect([handler.stats().served, elsewhere.stats().served]).toEqual([2, 3]);
  });

  it("counts its calls in the metrics of Rust", async () => {
    const { nodes } = context;
    const [n0, n1] = await pair(nodes);
    const handler = Closure.handle(n0, (request) => request, { requestMaxBytes: 6 });
    await nodes.within(5000, n1.discovery.syncWith(n0.local.address()));
    const caller = Closure.caller(n1);
    await available(nodes, caller);
    await nodes.within(5000, caller("short"), "the answer");
    await expect(nodes.within(5000, caller("too long"))).rejects.toMatchObject({ closeCode: 400 });
    const value = (node: typeof n0, name: string, labels: object = {}): number | undefined =>
      node.metrics
        .samples()
        .find((sample) => sample.name === `mosaik.functions.${name}` && matches(sample.labels, labels))?.value;
    expect(value(n0, "handlers.active")).toBe(1);
    expect(value(n0, "calls.accepted")).toBe(1);
    expect(value(n0, "calls.rejected")).toBe(1);
    expect(value(n0, "calls.completed")).toBe(1);
    expect(value(n0, "calls.failed")).toBe(0);
    expect(value(n0, "calls.inflight")).toBe(0);
    const labels = { function: caller.functionId.short() };
    expect(value(n1, "calls.attempts", labels)).toBe(2);
    expect(value(n1, "calls.completed", labels)).toBe(1);
    await nodes.within(5000, handler.close(), "the handler to close");
    expect(value(n0, "handlers.active")).toBe(0);
  });

  it("leaves no call in doubt when its node closes, whenever that is", async () => {
    const { nodes } = context;
    const caller = await nodes.join("caller");
    for (let round = 0; round < 8; round++) {
      const handlers = [await nodes.join(`a${round}`), await nodes.join(`b${round}`)];
      for (const node of handlers) {
        await nodes.discoverAll(caller, node);
        Closure.handle(node, async (text) => {
          await new Promise<void>((resolve) => node.local.runtime.after(3, resolve));
          return text;
        });
      }
      const call = Closure.caller(caller);
      await available(nodes, call);
      const failures: FunctionError[] = [];
      let called = 0;
      const calls: Promise<void>[] = [];
      const { runtime } = caller.local;
      const placed = new Promise<void>((resolve) => {
        const place = (): void => {
          if (called++ === 120) return resolve();
          calls.push(
            call("x", { timeoutMs: 5000 }).then(
              () => {},
              (error: FunctionError) => void failures.push(error),
            ),
          );
          runtime.after(1, place);
        };
        place();
      });
      await nodes.until(() => called > 20 + 3 * round, 2000, "calls");
      await nodes.within(5000, handlers[0]!.close(), "the node to close");
      await nodes.within(5000, placed, "all calls to be placed");
      await nodes.within(10_000, Promise.all(calls), "every call to end");
      expect(failures).toEqual([]);
      await nodes.within(5000, call.close(), "the caller to close");
      await nodes.within(5000, handlers[1]!.close(), "the other node to close");
    }
  });
});

function matches(labels: Readonly<Record<string, string>>, wanted: object): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
