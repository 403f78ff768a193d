import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { TransportError, type Connection, type Endpoint, type EndpointAddr } from "../src/index.js";
import { bindLocal, connectPair, readAll, testAlpn, until, within } from "./support.js";

const packageDir = fileURLToPath(new URL("..", import.meta.url));
const endpoints: Endpoint[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.close()));
});

async function bind(options: Parameters<typeof bindLocal>[0] = {}): Promise<Endpoint> {
  const endpoint = await bindLocal(options);
  endpoints.push(endpoint);
  return endpoint;
}

describe("ownership", () => {
  it("never lets garbage collection close a connection or a stream", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const [dialler, acceptor] = [await bind(), await bind()];

    const collected = new Set<string>();
    const registry = new FinalizationRegistry<string>((what) => collected.add(what));
    const far = await (async (): Promise<Connection> => {
      const pair = await connectPair(dialler, acceptor);
      const { send, recv } = await pair.near.openBi();
      send.tryWrite(Uint8Array.of(1));
      registry.register(send, "send");
      registry.register(recv, "recv");
      return pair.far;
    })();
    await until(
      () => {
        collectGarbage();
        return collected.size === 2;
      },
      10_000,
      "the dialler's stream objects to be collected",
    );

    const incoming = await far.acceptBi();
    const reading = readAll(incoming.recv);
    expect(incoming.send.tryWrite(new Uint8Array(1_000))).toBe(1_000);
    incoming.send.finish();
    await incoming.send.acknowledged();
    expect(far.closeInfo()).toBeUndefined();
    await dialler.close();
    expect((await reading).end).toMatchObject({ kind: "closed", info: { by: "peer", code: 0 } });
  });

  it("delivers what was finished before the endpoint of the reader closes the connection", async () => {
    const [dialler, acceptor] = [await bind(), await bind()];
    const { near, far } = await connectPair(dialler, acceptor);
    const sent = new Uint8Array(3_000_000).fill(7);
    const send = await near.openUni();
    let taken = send.tryWrite(sent);
    const reading = far.acceptUni().then(readAll);
    while (taken < sent.length) {
      await send.drained();
      taken += send.tryWrite(sent.subarray(taken));
    }
    send.finish();
    await send.acknowledged();
    const { bytes, end } = await reading;
    expect(end).toEqual({ kind: "finished" });
    expect(bytes.length).toBe(sent.length);
  });

  it("rebinds the port of an endpoint that was closed, with its connection objects still around", async () => {
    const [dialler, acceptor] = [await bind(), await bind()];
    const { near, far } = await connectPair(dialler, acceptor);
    const stream = await near.openBi();
    const [address] = dialler.addr().directAddrs;
    await dialler.close();
    const again = await bind({ bindAddrs: [address!] });
    expect(again.addr().directAddrs).toEqual([address]);
    expect(() => stream.send.tryWrite(Uint8Array.of(1))).toThrow(TransportError);
    expect(near.closeInfo()).toMatchObject({ by: "local", code: 0 });
    await far.closed;
  });

  it("answers everything that is asked of a closed endpoint", async () => {
    const endpoint = await bind();
    const addr = endpoint.addr();
    await endpoint.close();
    expect(endpoint.addr()).toEqual(addr);
    expect(await endpoint.accept()).toBeUndefined();
    endpoint.watchAddr(() => {})();
    await expect(endpoint.dial(addr, [testAlpn])).rejects.toMatchObject({ code: "closed" });
  });
});

describe("failures", () => {
  it("says bind where the port is taken", async () => {
    const endpoint = await bind();
    const taken = bind({ bindAddrs: [...endpoint.addr().directAddrs] });
    await expect(taken).rejects.toMatchObject({ code: "bind" });
  });

  it("says timeout where the peer's process is gone", async () => {
    const { child, addr } = await startWaiting();
    const endpoint = await bind({ idleTimeoutMs: 1_000 });
    const connection = await endpoint.dial(addr, [testAlpn]);
    child.kill("SIGKILL");
    expect(await within(10_000, connection.closed, "the idle timeout")).toEqual({ by: "timeout" });
  });

  it("says that the peer's key is another", async () => {
    const [dialler, acceptor, other] = [await bind(), await bind(), await bind()];
    const dial = dialler.dial({ ...acceptor.addr(), id: other.id }, [testAlpn]);
    await expect(dial).rejects.toMatchObject({ code: "unreachable", closeInfo: { by: "transport" } });
  });

  it("refuses an id that is not a point of the curve", async () => {
    const endpoint = await bind();
    const dial = endpoint.dial({ ...endpoint.addr(), id: `02${"00".repeat(31)}` }, [testAlpn]);
    await expect(dial).rejects.toMatchObject({ code: "invalidArgument" });
  });

  it("refuses two addresses of one family to bind", async () => {
    await expect(bind({ bindAddrs: ["127.0.0.1:0", "127.0.0.2:0"] })).rejects.toMatchObject({
      code: "invalidArgument",
    });
  });
});

describe("the process", () => {
  it("is kept by an open endpoint, and let go by a closed one", async () => {
    expect(await run([child("exits.mjs")])).toEqual(["held", "closed"]);
  });

  it("is let go by an open endpoint that was unreferenced", async () => {
    expect(await run([child("unref.mjs")])).toEqual(["unreferenced"]);
  });

  it("hears of an exception in a reader's callback, and nothing else is lost", async () => {
    expect((await run([child("throws.mjs")])).sort()).toEqual(["3 bytes", "thrown by onChunk"]);
  });

  it("may end in the middle of everything", async () => {
    expect(await run([child("leaves.mjs")])).toEqual([""]);
  });

  it("closes the endpoints of a worker thread that ended", async () => {
    expect(await run([child("worker.mjs")])).toEqual(['"peer"']);
  });

  it("verifies on when a worker thread ended before its verdicts came", async () => {
    expect(await run([child("verifies.mjs")])).toEqual(["[true]"]);
  });

  const unshares = spawnSync("unshare", ["-Urn", "sh", "-c", "ip link set lo up"]).status === 0;
  it.runIf(unshares)("finds itself where only the loopback interface is up", async () => {
    const command = `ip link set lo up; exec '${process.execPath}' '${child("loopback.mjs")}'`;
    const [addrs] = await run(["-Urn", "sh", "-c", command], "unshare");
    expect(JSON.parse(addrs!)).toContainEqual(expect.stringMatching(/^127\.0\.0\.1:\d+$/));
  });
});

function child(name: string): string {
  return fileURLToPath(new URL(`children/${name}`, import.meta.url));
}

/** The lines that a program printed until it ended by itself, without an error. */
async function run(args: string[], command = process.execPath): Promise<string[]> {
  const program = start(args, command);
  let printed = "";
  program.stdout!.on("data", (text: Buffer) => (printed += text.toString()));
  const [code] = (await within(20_000, once(program, "close"), "the program's end")) as [number | null];
  expect(code, printed).toBe(0);
  return printed.trim().split("\n");
}

async function startWaiting(): Promise<{ child: ChildProcess; addr: EndpointAddr }> {
  const program = start([child("waits.mjs")], process.execPath);
  const [line] = (await within(20_000, once(program.stdout!, "data"), "the program's address")) as [Buffer];
  return { child: program, addr: JSON.parse(line.toString()) as EndpointAddr };
}

function start(args: string[], command: string): ChildProcess {
  const program = spawn(command, args, { cwd: packageDir, stdio: ["ignore", "pipe", "inherit"] });
  children.push(program);
  return program;
}
