import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import type { Connection, Endpoint, EndpointAddr, EndpointOptions, Transport } from "../../src/index.js";
import { iroh, nativeAvailable } from "../../src/index.js";
import { connectPair, randomSecret, readAll, testAlpn, until, within } from "../support.js";
import { number0 } from "./support.js";

describe.runIf(number0 !== undefined)("endpoints of @number0/iroh", () => {
  const endpoints: Endpoint[] = [];
  const children: ChildProcess[] = [];
  const bind = async (options: Partial<EndpointOptions> = {}, transport?: Transport): Promise<Endpoint> => {
    const endpoint = await (transport ?? number0!.transport).bind({
      secretKey: randomSecret(),
      alpns: [testAlpn],
      bindAddrs: ["127.0.0.1:0"],
      ...options,
    });
    endpoints.push(endpoint);
    return endpoint;
  };

  /** A process that waits for one connection. */
  const waiting = async (name: string): Promise<{ child: ChildProcess; addr: EndpointAddr }> => {
    const file = fileURLToPath(new URL(`../children/${name}`, import.meta.url));
    const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    const [line] = (await within(20_000, once(child.stdout, "data"), "the program's address")) as [Buffer];
    return { child, addr: JSON.parse(line.toString()) as EndpointAddr };
  };

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.close()));
  });

  it("never let garbage collection close a connection or a stream", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const [dialler, acceptor] = [await bind(), await bind()];
    const collected: string[] = [];
    const registry = new FinalizationRegistry<string>((what) => collected.push(what));
    const far = await (async (): Promise<Connection> => {
      const pair = await connectPair(dialler, acceptor);
      const { send } = await pair.near.openBi();
      send.tryWrite(Uint8Array.of(1));
      registry.register({}, "marker");
      return pair.far;
    })();
    const incoming = await far.acceptBi();
    const reading = readAll(incoming.recv);
    // Two of them: finalizers of the binding run behind the first.
    for (const generation of [1, 2]) {
      registry.register({}, "marker");
      await until(() => (collectGarbage(), collected.length > generation), 10_000, "a collection");
    }
    expect(incoming.send.tryWrite(new Uint8Array(1_000))).toBe(1_000);
    incoming.send.finish();
    await incoming.send.acknowledged();
    expect(far.closeInfo()).toBeUndefined();
    await dialler.close();
    const { bytes, end } = await reading;
    expect(bytes).toEqual(Uint8Array.of(1));
    expect(end).toMatchObject({ kind: "closed", info: { by: "peer", code: 0 } });
  });

  it("offer several protocols one after the other, until the peer accepts one", async () => {
    const [dialler, acceptor] = [await bind(), await bind({ alpns: ["second/1"] })];
    const [near, far] = await Promise.all([
      dialler.dial(acceptor.addr(), ["first/1", "second/1", "third/1"]),
      acceptor.accept(),
    ]);
    expect([near.alpn, far!.alpn]).toEqual(["second/1", "second/1"]);
    await expect(dialler.dial(acceptor.addr(), ["first/1", "third/1"])).rejects.toMatchObject({ code: "alpnRefused" });
  });

  it("have no exporter, and say so before anybody asks for it", async () => {
    const [dialler, acceptor] = [await bind(), await bind()];
    expect(dialler.hasExporter).toBe(false);
    const { near } = await connectPair(dialler, acceptor);
    const unavailable: unknown = expect.objectContaining({ code: "exporterUnavailable" });
    expect(() => near.exportKeyingMaterial(32, Uint8Array.of(1), new Uint8Array(0))).toThrow(unavailable);
  });

  it("are reached only at the family of addresses that they were bound to", async () => {
    const endpoint = await bind();
    expect(endpoint.addr().directAddrs).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
    await expect(bind({ bindAddrs: [...endpoint.addr().directAddrs] })).rejects.toMatchObject({ code: "bind" });
  });

  it("let a peer open as many streams as the options say", async () => {
    const [dialler, acceptor] = [await bind(), await bind({ maxIncomingStreams: 300 })];
    const { near, far } = await connectPair(dialler, acceptor);
    const streams = await Promise.all(Array.from({ length: 300 }, () => near.openBi()));
    for (const { send } of streams) send.tryWrite(Uint8Array.of(1));
    for (let i = 0; i < streams.length; i++) await far.acceptBi();
  });

  it("deliver what was finished to a reader that is granted credit after the peer has closed", async () => {
    const [dialler, acceptor] = [await bind(), await bind()];
    const { near, far } = await connectPair(dialler, acceptor);
    const send = await near.openUni();
    send.tryWrite(new Uint8Array(60_000).fill(5));
    send.finish();
    await send.acknowledged();
    const recv = await far.acceptUni();
    let received = 0;
    const ended = new Promise((resolve) => recv.start((chunk) => (received += chunk.length), resolve, 10));
    await until(() => received === 10, 5_000, "what there is credit for");
    near.close(204, "");
    await far.closed;
    expect(received).toBe(10);
    recv.grant(100_000);
    await ended;
    expect(received).toBe(60_000);
  });

  it.runIf(nativeAvailable())("talk to those of the native part, whichever dials", async () => {
    for (const [dialling, accepting] of [
      [number0!.transport, iroh],
      [iroh, number0!.transport],
    ] as const) {
      const [dialler, acceptor] = [await bind({}, dialling), await bind({}, accepting)];
      const { near, far } = await connectPair(dialler, acceptor);
      const { send, recv } = await near.openBi();
      send.tryWrite(new Uint8Array(50_000).fill(3));
      send.finish();
      const incoming = await far.acceptBi();
      expect((await readAll(incoming.recv)).bytes).toEqual(new Uint8Array(50_000).fill(3));
      incoming.send.reset(77);
      expect((await readAll(recv)).end).toEqual({ kind: "reset", code: 77 });
      far.close(10_413, "größte");
      expect(await near.closed).toMatchObject({ by: "peer", code: 10_413, reason: new TextEncoder().encode("größte") });
    }
  });

  it.runIf(nativeAvailable())("notice that a peer was killed, and are noticed", async () => {
    const [native, adapter] = await Promise.all([waiting("waits.mjs"), waiting("number0-waits.mjs")]);
    const watching = await bind({ idleTimeoutMs: 1_000 }, iroh);
    const toNative = await (await bind()).dial(native.addr, [testAlpn]);
    const toAdapter = await watching.dial(adapter.addr, [testAlpn]);
    for (const { child } of [native, adapter]) child.kill("SIGKILL");
    expect(await within(10_000, toAdapter.closed, "the idle timeout")).toEqual({ by: "timeout" });
    // The binding's idle timeout cannot be set: 30 s.
    expect(await within(45_000, toNative.closed, "the idle timeout of iroh")).toEqual({ by: "timeout" });
  });
});
