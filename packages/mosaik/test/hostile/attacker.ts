import { announcementCodec } from "../../src/discovery/announcement.js";
import { topicMessageCodec, type TopicMessage } from "../../src/gossip/protocol.js";
import {
  ALPN,
  PeerEntry,
  signEntry,
  toTransport,
  writeFrameHeader,
  type EndpointAddress,
  type SignedPeerEntry,
} from "../../src/network/index.js";
import { Digest, PeerId, type NetworkId } from "../../src/primitives/index.js";
import type { BiStream, Connection, Endpoint, Runtime, SendStream } from "../../src/runtime/index.js";

/** What an attacker knows of the node that it attacks: a `Network` is one. */
export interface Victim {
  readonly id: NetworkId;
  readonly local: { readonly id: PeerId; address(): EndpointAddress };
}

/** A peer that speaks the protocols by hand, under a key of its own. */
export class Attacker {
  readonly id: PeerId;
  readonly #runtime: Runtime;
  readonly #secretKey: Uint8Array;
  readonly #endpoint: Endpoint;

  private constructor(runtime: Runtime, secretKey: Uint8Array, endpoint: Endpoint) {
    this.id = PeerId.from(endpoint.id);
    this.#runtime = runtime;
    this.#secretKey = secretKey;
    this.#endpoint = endpoint;
  }

  /** @param key which of its keys it uses */
  static async bind(runtime: Runtime, key = 0): Promise<Attacker> {
    const secretKey = new Uint8Array(32).fill(66);
    secretKey[0] = key;
    const options = { secretKey, alpns: Object.values(ALPN), relay: "none" } as const;
    return new Attacker(runtime, secretKey, await runtime.transport.bind(options));
  }

  sign(digest: Digest): Uint8Array {
    return this.#runtime.sign(this.#secretKey, digest.bytes);
  }

  entry(network: NetworkId, nowMs: number): SignedPeerEntry {
    return signEntry(this, PeerEntry.create("0.4.2", network, { id: this.id, addrs: [] }, nowMs));
  }

  /** Somebody else's entry under our signature. */
  entryOf(entry: PeerEntry): SignedPeerEntry {
    return signEntry({ id: entry.id, sign: (digest) => this.sign(digest) }, entry);
  }

  dial(victim: Victim, alpn: string): Promise<Connection> {
    return this.#endpoint.dial(toTransport(victim.local.address()), [alpn]);
  }

  /** Opens the stream of a protocol and writes to it; reads nothing. */
  async open(victim: Victim, alpn: string, bytes: Uint8Array): Promise<{ connection: Connection; stream: BiStream }> {
    const connection = await this.dial(victim, alpn);
    const stream = await connection.openBi();
    await write(stream.send, bytes);
    return { connection, stream };
  }

  /** A stream of gossip with its header written. */
  async openGossip(victim: Victim): Promise<{ connection: Connection; send: SendStream }> {
    const connection = await this.dial(victim, ALPN.announce);
    const send = await connection.openUni();
    await write(send, framed(victim.id.bytes));
    return { connection, send };
  }

  /** Sends contents over one gossip stream; resolves when the victim's transport has them. */
  async gossip(victim: Victim, contents: readonly Uint8Array[]): Promise<void> {
    const { send } = await this.openGossip(victim);
    for (const content of contents) await write(send, broadcast(content));
    send.finish();
    await send.acknowledged();
  }

  close(): Promise<void> {
    return this.#endpoint.close();
  }
}

/** Writes all of it, at the victim's pace. */
export async function write(send: SendStream, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += send.tryWrite(bytes.subarray(at));
    if (at < bytes.length) await send.drained();
  }
}

export function framed(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + payload.length);
  writeFrameHeader(frame, 0, payload.length);
  frame.set(payload, 4);
  return frame;
}

export function announcing(value: SignedPeerEntry): Uint8Array {
  return announcementCodec.encode({ kind: "entry", value });
}

/** The frame of a content that is gossiped. */
export function broadcast(content: Uint8Array): Uint8Array {
  const payload = { id: Digest.hash(content), content, scope: { kind: "swarm", value: 0 } } as const;
  return gossipFrame({ kind: "gossip", value: { kind: "gossip", value: payload } });
}

export function gossipFrame(message: TopicMessage): Uint8Array {
  return framed(topicMessageCodec.encode(message));
}
