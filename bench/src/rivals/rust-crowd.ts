import type { RustNode, RustPeer } from "@mosaik/interop";
import { cpuMicrosOf, residentBytesOf } from "./process-use.js";
import { RustNodes } from "./rust-peer.js";

const TIMEOUT_MS = 60_000;

/** A node of Rust mosaik in a process of its own, which is watched, and others that it knows, all in one other process. */
export class RustCrowd {
  readonly watched: RustNode;
  readonly others: readonly RustNode[];
  /** What the watched process had in memory without the node, in bytes. */
  readonly bareBytes: number;
  readonly #nodes: RustNodes;

  static async start(network: string, count: number): Promise<RustCrowd> {
    const nodes = await RustNodes.start();
    try {
      const peer = await nodes.process();
      // Its answer says that it has started.
      await peer.request("nodes", {}).catch(() => undefined);
      const bareBytes = residentBytesOf(peer.pid);
      const options = { network, relay: nodes.relayUrl, bind: ["127.0.0.1:0"] };
      const watched = await peer.join(options);
      const others = await joinOthers(await nodes.process(), watched, options, count);
      return new RustCrowd(nodes, watched, others, bareBytes);
    } catch (error) {
      await nodes.close();
      throw error;
    }
  }

  private constructor(nodes: RustNodes, watched: RustNode, others: readonly RustNode[], bareBytes: number) {
    this.#nodes = nodes;
    this.watched = watched;
    this.others = others;
    this.bareBytes = bareBytes;
  }

  /** What the watched process has in memory, in bytes. */
  residentBytes(): number {
    return residentBytesOf(this.watched.peer.pid);
  }

  /** The processor time that the watched process has used, in microseconds. */
  cpuMicros(): number {
    return cpuMicrosOf(this.watched.peer.pid);
  }

  close(): Promise<void> {
    return this.#nodes.close();
  }
}

async function joinOthers(
  crowd: RustPeer,
  watched: RustNode,
  options: { readonly network: string; readonly relay: string; readonly bind: string[] },
  count: number,
): Promise<RustNode[]> {
  const others: RustNode[] = [];
  for (let i = 0; i < count; i++) {
    const node = await crowd.join({ ...options, bootstrap: [watched.addr] }, `peer-${i}`);
    await watched.peer.events.waitFor("peerDiscovered", ({ peer }) => peer === node.id, { timeoutMs: TIMEOUT_MS });
    others.push(node);
  }
  return others;
}
