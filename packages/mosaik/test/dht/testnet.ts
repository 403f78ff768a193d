import { sha1 } from "@noble/hashes/legacy.js";
import { decodeBencode, encodeBencode, type Bencoded } from "../../src/dht/bencode.js";
import { compactNodes, type DhtNode } from "../../src/dht/krpc.js";
import { compareDistance } from "../../src/dht/node-id.js";
import { signableBytes } from "../../src/dht/signed-packet.js";
import { equalBytes } from "../../src/primitives/index.js";
import type { Runtime, SocketAddress, UdpSocket } from "../../src/runtime/index.js";
import type { MemoryUdp } from "../../src/testing/index.js";

type Dictionary = Map<string, Bencoded>;
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "latin1"));
const bytes = (value: Bencoded | undefined, length?: number): Uint8Array => {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) throw new Error("dropped");
  return value;
};

interface Stored {
  readonly seq: bigint;
  readonly fields: Dictionary;
}

/** A node as strict as those of mainline 8 (spec 03 §B.2): what it does not like it drops without a word. */
export class TestNode {
  readonly node: DhtNode;
  readonly others: DhtNode[] = [];
  readonly stored = new Map<string, Stored>();
  isSilent = false;
  readonly #runtime: Pick<Runtime, "verify" | "after">;
  readonly #socket: UdpSocket;
  /** By target: who is near does not change. */
  readonly #nearestTo = new Map<string, Uint8Array>();

  constructor(udp: MemoryUdp, runtime: Pick<Runtime, "verify" | "after">, node: DhtNode) {
    this.node = node;
    this.#runtime = runtime;
    this.#socket = udp.bindAt(runtime, node, (datagram, from) => {
      try {
        if (!this.isSilent) this.#receive(datagram, from);
      } catch (error) {
        if (!(error instanceof Error) || error.message !== "dropped") throw error;
      }
    });
  }

  close(): void {
    this.#socket.close();
  }

  #receive(datagram: Uint8Array, from: SocketAddress): void {
    if (datagram.length < 15) throw new Error("dropped");
    const message = decodeBencode(datagram) as Dictionary;
    const transaction = bytes(message.get("t"), 4);
    bytes(message.get("v"), 4);
    if (!equalBytes(bytes(message.get("y")), text("q")) || message.get("ro") !== 1n) throw new Error("dropped");
    const fields = message.get("a") as Dictionary;
    bytes(fields.get("id"), 20);
    const answer = this.#answer(Buffer.from(bytes(message.get("q"))).toString("latin1"), fields);
    const isError = Array.isArray(answer);
    const reply = new Map<string, Bencoded>([
      ["t", transaction],
      ["y", text(isError ? "e" : "r")],
      [isError ? "e" : "r", answer],
    ]);
    this.#socket.send(encodeBencode(reply), from);
  }

  #answer(method: string, fields: Dictionary): Bencoded {
    const response: Dictionary = new Map<string, Bencoded>([["id", this.node.id]]);
    if (method === "ping") return response;
    const target = bytes(fields.get("target"), 20);
    if (method === "put") return this.#put(target, fields) ?? response;
    response.set("nodes", this.#nearest(target, 4));
    const nodes6 = this.#nearest(target, 6);
    if (nodes6.length > 0) response.set("nodes6", nodes6);
    if (method !== "get") return response;
    response.set("token", this.#token());
    const stored = this.stored.get(Buffer.from(target).toString("hex"));
    for (const key of ["k", "seq", "sig", "v"]) if (stored !== undefined) response.set(key, stored.fields.get(key)!);
    return response;
  }

  #nearest(target: Uint8Array, family: 4 | 6): Uint8Array {
    const at = `${family} ${Buffer.from(target).toString("hex")}`;
    let nearest = this.#nearestTo.get(at);
    if (nearest === undefined) {
      const others = this.others.filter(({ host }) => host.includes(":") === (family === 6));
      nearest = compactNodes(others.sort((a, b) => compareDistance(target, a.id, b.id)).slice(0, 20));
      this.#nearestTo.set(at, nearest);
    }
    return nearest;
  }

  #put(target: Uint8Array, fields: Dictionary): Bencoded | undefined {
    if (!equalBytes(bytes(fields.get("token")), this.#token())) return [203n, text("Bad token")];
    const [key, signature, value] = [bytes(fields.get("k"), 32), bytes(fields.get("sig"), 64), bytes(fields.get("v"))];
    const seq = fields.get("seq");
    if (typeof seq !== "bigint") throw new Error("dropped");
    if (value.length > 1000) return [205n, text("Message too big")];
    const isGenuine = this.#runtime.verify(key, signableBytes(seq, value), signature);
    if (!isGenuine || !equalBytes(sha1(key), target)) return [206n, text("Invalid signature")];
    const at = Buffer.from(target).toString("hex");
    const stored = this.stored.get(at);
    const cas = fields.get("cas");
    if (stored !== undefined && cas !== undefined && cas !== stored.seq) return [301n, text("CAS mismatch")];
    if (stored !== undefined && seq < stored.seq) return [302n, text("seq less than current")];
    this.stored.set(at, { seq, fields });
    return undefined;
  }

  #token(): Uint8Array {
    return this.node.id.subarray(0, 4);
  }
}

/** Nodes that all know their nearest neighbours, and the first of which is the router: at 10.0.0.0, or 2001:db8:d::0, port 7000. */
export function startTestnet(
  udp: MemoryUdp,
  runtime: Pick<Runtime, "verify" | "after" | "random">,
  count: number,
  family: 4 | 6 = 4,
): TestNode[] {
  const hostOf = (i: number): string => (family === 4 ? `10.0.${i >> 8}.${i & 255}` : `2001:db8:d::${i.toString(16)}`);
  const nodes = Array.from(
    { length: count },
    (_, i) => new TestNode(udp, runtime, { id: runtime.random.bytes(20), host: hostOf(i), port: 7000 + i }),
  );
  for (const one of nodes) {
    const others = nodes.filter((other) => other !== one).map(({ node }) => node);
    one.others.push(...others.sort((a, b) => compareDistance(one.node.id, a.id, b.id)).slice(0, 30));
  }
  // The router knows somebody everywhere.
  nodes[0]!.others.splice(0, Infinity, ...nodes.slice(1).map(({ node }) => node));
  return nodes;
}
