import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { RustNode } from "@mosaik/interop";
import type { Contender, Session } from "../benchmark.js";
import { IDLE_PEERS, type IdleNode } from "../harness/idle.js";
import { RUST_MOSAIK, RustNodes, rustPeer } from "./rust-peer.js";

const NETWORK = "bench-idle";
const STREAM = "bench-idle";
const TIMEOUT_MS = 60_000;
const PAGE_BYTES = 4096;
/** Linux counts processor time for programs in hundredths of a second. */
const TICK_MICROS = 10_000;

/** An idle node of Rust mosaik with ten peers in another process. */
export function rustIdle(session: (node: IdleNode) => Session): Contender {
  return {
    name: RUST_MOSAIK,
    setup:
      "release build; resident memory beyond that of the same program without a node; ten peers in one other process, a local relay",
    requires: [rustPeer],
    open: async () => session(await open()),
  };
}

async function open(): Promise<IdleNode> {
  const nodes = await RustNodes.start();
  try {
    const before = new Set(peerProcesses());
    const peer = await nodes.process();
    const pid = peerProcesses().find((each) => !before.has(each));
    if (pid === undefined) throw new Error("the process of the Rust node was not found");
    // Its answer says that it has started.
    await peer.request("nodes", {}).catch(() => undefined);
    const bareBytes = residentBytes(pid);
    const options = { network: NETWORK, relay: nodes.relayUrl, bind: ["127.0.0.1:0"] };
    const idler = await peer.join(options);
    const producer = await idler.produce("u64", { streamId: STREAM, maxConsumers: 10_000 });
    const crowd = await nodes.process();
    const peers: RustNode[] = [];
    for (let i = 0; i < IDLE_PEERS; i++) {
      const node = await crowd.join({ ...options, bootstrap: [idler.addr] }, `peer-${i}`);
      await peer.events.waitFor("peerDiscovered", (event) => event.peer === node.id, { timeoutMs: TIMEOUT_MS });
      peers.push(node);
    }
    let connected = 0;
    return {
      residentBytes: () => Promise.resolve(residentBytes(pid)),
      bareBytes: () => Promise.resolve(bareBytes),
      cpuMicros: () => Promise.resolve(cpuMicros(pid)),
      async connectOneEach() {
        for (const node of peers) await node.consume("u64", { streamId: STREAM, quiet: true });
        connected += IDLE_PEERS;
        await producer.subscribed(connected, { timeoutMs: TIMEOUT_MS });
      },
      close: () => nodes.close(),
    };
  } catch (error) {
    await nodes.close();
    throw error;
  }
}

/** The processes of the Rust program that this process has started. */
function peerProcesses(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === process.pid && programOf(pid)?.endsWith("mosaik-peer"));
}

function parentOf(pid: number): number | undefined {
  return Number(statOf(pid)[1]);
}

function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined; // it has ended
  }
}

function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES;
}

function cpuMicros(pid: number): number {
  const stat = statOf(pid);
  return (Number(stat[11]) + Number(stat[12])) * TICK_MICROS;
}

/** The fields of `/proc/PID/stat` behind the program's name: state, parent, …; none if the process has ended. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
