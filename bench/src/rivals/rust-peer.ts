import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { RustPeer, startRelay, whyNoPeer, type LocalRelay, type RustNode } from "@mosaik/interop";
import type { Requirement } from "../benchmark.js";

export const RUST_MOSAIK = "Rust mosaik 0.4.2";
export const RUST_SETUP =
  "release build; QUIC with TLS 1.3; two processes, direct over loopback, a local relay for their start";

/** The Rust program of `interop/`, and the namespace that it may run in. */
export const rustPeer: Requirement = {
  async prepare() {
    const script = fileURLToPath(new URL("../../../scripts/build-peer.mjs", import.meta.url));
    await once(spawn(process.execPath, [script], { stdio: "inherit" }), "exit");
  },
  obstacle: whyNoPeer,
};

/** Several Rust nodes of one network, each in a process of its own, and the relay that they need to start. */
export class RustNodes {
  readonly #relay: LocalRelay;
  readonly #peers: RustPeer[] = [];

  static async start(): Promise<RustNodes> {
    return new RustNodes(await startRelay());
  }

  private constructor(relay: LocalRelay) {
    this.#relay = relay;
  }

  get relayUrl(): string {
    return this.#relay.url;
  }

  /** A process without a node. */
  async process(): Promise<RustPeer> {
    const peer = await RustPeer.start();
    this.#peers.push(peer);
    return peer;
  }

  /** A node that has `others` in its catalog, and the other way round. */
  async join(network: string, ...others: readonly RustNode[]): Promise<RustNode> {
    const peer = await this.process();
    const node = await peer.join({ network, relay: this.#relay.url, bind: ["127.0.0.1:0"] });
    for (const other of others) {
      await node.dial(other.addr);
      await peer.events.waitFor("peerDiscovered", (event) => event.peer === other.id);
      await other.peer.events.waitFor("peerDiscovered", (event) => event.peer === node.id);
    }
    return node;
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.map((peer) => peer.close()));
    await this.#relay.close();
  }
}
