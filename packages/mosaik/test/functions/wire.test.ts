import { t } from "@mosaik/postcard";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callReplyCodec, callRequestCodec, func, type Caller } from "../../src/functions/index.js";
import { ALPN, PeerEntry, signEntry, writeFrameHeader } from "../../src/network/index.js";
import { Network } from "../../src/node/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import type { BiStream, Connection, Endpoint } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";

const Echo = func({ request: t.string, response: t.string, error: t.string });

function framed(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + payload.length);
  writeFrameHeader(frame, 0, payload.length);
  frame.set(payload, 4);
  return frame;
}

/** Everything that arrives on a stream. */
function collect({ recv }: BiStream): number[] {
  const bytes: number[] = [];
  recv.start(
    (chunk) => bytes.push(...chunk),
    () => {},
    1 << 20,
  );
  return bytes;
}

/** A peer that speaks Rust's protocols only, by hand. */
describe("calls on the wire of Rust", () => {
  let sim: Simulator;
  let node: Network;
  let endpoint: Endpoint;
  let me: PeerId;
  let signer: { id: PeerId; sign(digest: Digest): Uint8Array };

  beforeEach(async () => {
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
    node = await sim.within(5000, Network.join("test", { runtime: sim.runtime("node"), relay: "none" }));
    const runtime = sim.runtime("rust");
    const secretKey = new Uint8Array(32).fill(9);
    const alpns = [ALPN.functions];
    endpoint = await sim.within(5000, runtime.transport.bind({ secretKey, alpns, relay: "none" }));
    me = PeerId.from(endpoint.id);
    signer = { id: me, sign: (digest) => runtime.sign(secretKey, digest.bytes) };
  });

  afterEach(async () => {
    expect(sim.reports).toEqual([]);
    await sim.within(5000, node.close());
  });

  const become = (functions: readonly Digest[] = []): void => {
    const entry = PeerEntry.create("0.4.2", node.id, { id: me, addrs: [] }, node.local.runtime.wallMs());
    const nowMs = node.local.runtime.wallMs();
    expect(node.discovery.feed(signEntry(signer, entry.withAdded("functions", functions, nowMs)))).toBe(true);
  };

  const send = async (bytes: Uint8Array): Promise<{ connection: Connection; stream: BiStream; received: number[] }> => {
    const connection = await endpoint.dial({ id: node.local.id.hex, relayUrls: [], directAddrs: [] }, [ALPN.functions]);
    const stream = await connection.openBi();
    const received = collect(stream);
    stream.send.tryWrite(bytes);
    return { connection, stream, received };
  };

  const codeOf = async (connection: Connection): Promise<number | undefined> => {
    const info = await sim.within(20_000, connection.closed, "the close");
    return info.by === "peer" ? info.code : undefined;
  };

  const request = (payload: Uint8Array, functionId = Echo.baseId, network = node.id): Uint8Array =>
    framed(callRequestCodec.encode({ network, function: functionId, payload }));

  /** Serves one connection as a Rust handler would. */
  const serveOne = async (): Promise<{ connection: Connection; stream: BiStream; received: number[] }> => {
    const connection = (await endpoint.accept())!;
    const stream = await connection.acceptBi();
    return { connection, stream, received: collect(stream) };
  };

  it("a call is the bytes that Rust sends", () => {
    const demo = Digest.from("demo");
    const payload = t.string.encode("hello");
    const bytes = Buffer.from(callRequestCodec.encode({ network: demo, function: Echo.baseId, payload }));
    expect(bytes.toString("hex")).toBe(
      "811717648744df4f18656c5f4a833b7b09a90be78205a0e0eeff8b9dbb0202fe" +
        "8412bd8e227b988e76e47560a52f8c62a244815e2b0da287e6c21dfbbf7c366a060568656c6c6f",
    );
    const ok = callReplyCodec.encode({ kind: "Ok", value: t.string.encode("HELLO") });
    expect(Buffer.from(ok).toString("hex")).toBe("00060548454c4c4f");
    const nothing = callReplyCodec.encode({ kind: "Err", value: t.unit.encode(undefined) });
    expect(Buffer.from(nothing).toString("hex")).toBe("0100");
  });

  it("a handler answers, and leaves the closing to the caller", async () => {
    become();
    const handler = Echo.handle(node, (text) => text.toUpperCase());
    const { connection, received } = await sim.within(5000, send(request(t.string.encode("hello"))));
    await sim.until(() => received.length >= 12, { withinMs: 5000 });
    expect(Buffer.from(received).toString("hex")).toBe("0000000800060548454c4c4f");
    await sim.advance(5000);
    expect(connection.closeInfo()).toBeUndefined();
    connection.close(200, "Success");
    expect(handler.stats()).toEqual({ served: 1, failed: 0, inflight: 0 });
  });

  it("a handler waits ten seconds for that close, and gives its place free before", async () => {
    become();
    Echo.handle(node, (text) => text, { maxConcurrent: 1 });
    const first = await sim.within(5000, send(request(t.string.encode("a"))));
    await sim.until(() => first.received.length > 0, { withinMs: 5000 });
    const second = await sim.within(5000, send(request(t.string.encode("b"))));
    await sim.until(() => second.received.length > 0, { withinMs: 5000 });
    const startMs = sim.nowMs;
    expect(await codeOf(first.connection)).toBe(200);
    expect(sim.nowMs - startMs).toBeLessThan(10_100);
  });

  it("refusals have the codes of Rust, in its order", async () => {
    const fresh = await sim.within(5000, send(request(t.string.encode("x"))));
    expect(await codeOf(fresh.connection)).toBe(401);
    become();
    const handler = Echo.handle(node, (text) => text, { requestMaxBytes: 10 });
    const other = Digest.from("other");
    const cases: [bytes: Uint8Array, code: number][] = [
      [request(t.string.encode("x"), Echo.baseId, other), 101],
      [request(t.string.encode("x"), other), 11_404],
      [framed(new Uint8Array(10)), 400],
      [request(new Uint8Array([5, 1])), 400],
      [framed(request(t.string.encode("x")).subarray(4, 68)), 400],
      [request(t.string.encode("x".repeat(100))), 400],
    ];
    for (const [bytes, code] of cases) {
      const { connection } = await sim.within(5000, send(bytes));
      expect(await codeOf(connection)).toBe(code);
    }
    expect(handler.stats()).toMatchObject({ served: 0, inflight: 0 });
  });

  it("who may not call is told before its payload has come", async () => {
    become();
    Echo.handle(node, (text) => text, { requireCaller: () => false });
    const head = request(new Uint8Array(10_000_000)).subarray(0, 70);
    const { connection } = await sim.within(5000, send(head));
    const startMs = sim.nowMs;
    expect(await codeOf(connection)).toBe(11_403);
    expect(sim.nowMs - startMs).toBeLessThan(1000);
  });

  it("a caller that closes is gone, and a silent one is dropped", async () => {
    become();
    let isAborted = false;
    const handler = Echo.handle(node, (_text, { signal, deadlineMs }) => {
      expect(deadlineMs).toBeUndefined();
      signal.addEventListener("abort", () => (isAborted = true));
      return new Promise(() => {});
    });
    const { connection } = await sim.within(5000, send(request(t.string.encode("x"))));
    await sim.until(() => handler.stats().inflight === 1, { withinMs: 5000 });
    connection.close(0, "");
    await sim.until(() => isAborted, { withinMs: 5000 });
    expect(handler.stats()).toEqual({ served: 0, failed: 1, inflight: 0 });
    const silent = await sim.within(5000, send(new Uint8Array([0, 0])));
    expect(await codeOf(silent.connection)).toBe(0);
  });

  it("a caller offers both protocols, speaks what the peer chose, and closes with 200", async () => {
    become([Echo.baseId]);
    const echo = Echo.caller(node);
    for (const text of ["one", "two"]) {
      const answer = echo(text);
      const { connection, stream, received } = await sim.within(5000, serveOne());
      expect(connection.alpn).toBe(ALPN.functions);
      await sim.until(() => received.length > 0, { withinMs: 5000 });
      expect(callRequestCodec.decode(new Uint8Array(received.slice(4))).payload).toEqual(t.string.encode(text));
      stream.send.tryWrite(framed(callReplyCodec.encode({ kind: "Ok", value: t.string.encode(`${text}!`) })));
      expect(await sim.within(5000, answer)).toBe(`${text}!`);
      expect(await codeOf(connection)).toBe(200);
    }
    expect(echo.stats()).toMatchObject({ completed: 2, attempts: 2 });
  });

  it("a caller says what a Rust handler refused, and whether it may have run", async () => {
    become([Echo.baseId]);
    const echo = Echo.caller(node);
    const cases: [code: number, outcomeUnknown: boolean, timeoutMs: number][] = [
      [11_403, false, 100],
      [11_509, false, 100],
      [400, false, 5000],
      [11_500, true, 5000],
      [11_404, true, 5000],
      [0, true, 5000],
      [103, true, 5000],
    ];
    let closeCode = 0;
    const serve = async (): Promise<void> => {
      for (;;) {
        const connection = await endpoint.accept();
        if (connection === undefined) return;
        const stream = await connection.acceptBi();
        stream.recv.start(
          () => connection.close(closeCode, ""),
          () => {},
          1 << 20,
        );
      }
    };
    void serve();
    for (const [code, outcomeUnknown, timeoutMs] of cases) {
      closeCode = code;
      const failure = sim.within(10_000, echo("x", { timeoutMs }));
      await expect(failure).rejects.toMatchObject({ code: "rejected", closeCode: code, outcomeUnknown });
    }
  });

  it("an abandoned call is closed with 102, and an answer that does not decode with 400", async () => {
    become([Echo.baseId]);
    const echo = Echo.caller(node);
    const abort = new AbortController();
    const cancelled = echo("x", { signal: abort.signal });
    const first = await sim.within(5000, serveOne());
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    expect(await codeOf(first.connection)).toBe(102);
    const garbled = echo("x");
    const second = await sim.within(5000, serveOne());
    second.stream.send.tryWrite(framed(new Uint8Array([9, 9])));
    await expect(sim.within(5000, garbled)).rejects.toMatchObject({ code: "transport", outcomeUnknown: true });
    expect(await codeOf(second.connection)).toBe(400);
  });

  describe("of a peer that is known to speak them", () => {
    const answer = framed(callReplyCodec.encode({ kind: "Ok", value: t.string.encode("x") }));
    let echo: Caller<string, string>;

    beforeEach(async () => {
      become([Echo.baseId]);
      echo = Echo.caller(node);
      const first = echo("x");
      const { stream } = await sim.within(5000, serveOne());
      stream.send.tryWrite(answer);
      await sim.within(5000, first);
    });

    const metric = (name: string): number | undefined =>
      node.metrics.samples().find((sample) => sample.name === `mosaik.network.${name}`)?.value;

    it.each([
      ["without an answer", [], "ended", 103],
      ["inside its answer", [0, 0, 0], "truncated", 0],
    ])("a stream that ends %s is closed by the caller", async (_, bytes, code, closeCode) => {
      const call = echo("x");
      const { connection, stream } = await sim.within(5000, serveOne());
      stream.send.tryWrite(new Uint8Array(bytes));
      stream.send.finish();
      const failure = { code: "transport", outcomeUnknown: true, cause: { name: "NetworkError", code } };
      await expect(sim.within(5000, call)).rejects.toMatchObject(failure);
      expect(await codeOf(connection)).toBe(closeCode);
    });

    it("an answer over the limit is refused with 400 before it comes", async () => {
      const call = echo("x");
      const { connection, stream } = await sim.within(5000, serveOne());
      stream.send.tryWrite(new Uint8Array([255, 0, 0, 0]));
      await expect(sim.within(5000, call)).rejects.toMatchObject({
        code: "transport",
        outcomeUnknown: true,
        cause: { code: "protocolViolation" },
      });
      expect(await codeOf(connection)).toBe(400);
    });

    it("a call may have run once its request has left, and not before", async () => {
      const sent = echo("x", { timeoutMs: 1000 });
      const { connection } = await sim.within(5000, serveOne());
      await expect(sim.within(5000, sent)).rejects.toMatchObject({ code: "timeout", outcomeUnknown: true });
      expect(await codeOf(connection)).toBe(102);
      sim.faults.setDialPolicy("rust", "ignore");
      const unsent = echo("x", { timeoutMs: 1000 });
      await expect(sim.within(5000, unsent)).rejects.toMatchObject({ code: "timeout", outcomeUnknown: false });
      const abort = new AbortController();
      const cancelled = echo("x", { signal: abort.signal });
      const failure = expect(cancelled).rejects.toMatchObject({ code: "cancelled", outcomeUnknown: false });
      await sim.advance(100);
      abort.abort();
      await failure;
    });

    it("a handler that cannot be dialled is given up after ten seconds, and tried again", async () => {
      sim.faults.setDialPolicy("rust", "ignore");
      const call = echo("x", { timeoutMs: 30_000 });
      for (let i = 0; i < 10; i++) {
        await sim.advance(1000);
        node.discovery.heard(me);
      }
      sim.faults.setDialPolicy("rust", "accept");
      const { stream } = await sim.within(15_000, serveOne());
      stream.send.tryWrite(answer);
      expect(await sim.within(5000, call)).toBe("x");
      expect(echo.stats()).toMatchObject({ completed: 2, attempts: 3 });
    });

    it("a handler that leaves ends a dial of it, and not a call that it has", async () => {
      const call = echo("x", { timeoutMs: 5000 });
      const { stream } = await sim.within(5000, serveOne());
      sim.faults.setDialPolicy("rust", "ignore");
      const unsent = echo("x", { timeoutMs: 5000 });
      await sim.advance(100);
      become();
      await sim.advance(10);
      stream.send.tryWrite(answer);
      expect(await sim.within(1000, call)).toBe("x");
      await expect(sim.within(10_000, unsent)).rejects.toMatchObject({
        outcomeUnknown: false,
        attempts: [{ outcome: "transport", mayHaveRun: false }],
      });
    });

    it("a peer that has come to speak something else is asked again what it speaks", async () => {
      await sim.within(5000, endpoint.close());
      const runtime = sim.runtime("rust");
      const secretKey = new Uint8Array(32).fill(9);
      endpoint = await sim.within(5000, runtime.transport.bind({ secretKey, alpns: [ALPN.typescript], relay: "none" }));
      const call = echo("x", { timeoutMs: 5000 });
      const failure = expect(sim.within(10_000, call)).rejects.toMatchObject({ code: "timeout" });
      const connection = (await sim.within(5000, endpoint.accept()))!;
      expect(connection.alpn).toBe(ALPN.typescript);
      await failure;
    });

    it("a node that closes ends its calls with 102", async () => {
      const call = echo("x");
      const { connection } = await sim.within(5000, serveOne());
      const failure = expect(call).rejects.toMatchObject({ code: "closed", outcomeUnknown: true });
      await sim.within(5000, node.close());
      await failure;
      expect(await codeOf(connection)).toBe(102);
    });

    it("calls are counted as connections, and their messages as what was sent and received", async () => {
      const before = ["connections.opened", "egress.bytes", "ingress.bytes"].map((name) => metric(name)!);
      const call = echo("x");
      const { stream, received } = await sim.within(5000, serveOne());
      await sim.until(() => received.length > 0, { withinMs: 5000 });
      stream.send.tryWrite(answer);
      await sim.within(5000, call);
      const after = ["connections.opened", "egress.bytes", "ingress.bytes"].map((name) => metric(name)!);
      expect(after.map((value, i) => value - before[i]!)).toEqual([1, received.length - 4, answer.length - 4]);
    });
  });
});
