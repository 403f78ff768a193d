import { Gossip, type GossipEvent } from "../../src/gossip/index.js";
import { streamHeaderCodec, topicMessageCodec, type TopicMessage } from "../../src/gossip/protocol.js";
import { Metrics } from "../../src/metrics/index.js";
import { ALPN, FrameDecoder, LocalNode, Router, writeFrameHeader } from "../../src/network/index.js";
import { Digest, type NetworkId, type PeerId } from "../../src/primitives/index.js";
import type { Connection, Endpoint, RecvStream, Runtime, SendStream } from "../../src/runtime/index.js";
import type { Simulator } from "../../src/testing/index.js";

export const topic = Digest.from("mosaik-ts");
const utf8 = new TextDecoder();

/** A node that does nothing but gossip. */
export class GossipNode {
  readonly events: GossipEvent[] = [];
  /** The senders of all messages, in their order. */
  readonly heard: PeerId[] = [];
  readonly gossip: Gossip;
  readonly local: LocalNode;
  readonly #contacts = new Set<PeerId>();

  private constructor(local: LocalNode, router: Router, network: NetworkId, alpn: string) {
    this.local = local;
    this.gossip = new Gossip({
      node: local,
      router,
      topic: network,
      alpn,
      candidates: () => this.#contacts,
      onHeard: (peer) => this.heard.push(peer),
      onEvent: (event) => this.events.push(event),
    });
    void router.run();
  }

  static async start(
    sim: Simulator,
    name: string,
    options: { network?: NetworkId; alpn?: string; secret?: string; runtime?: Runtime } = {},
  ): Promise<GossipNode> {
    const { network = topic, alpn = ALPN.announce, secret = name } = options;
    const runtime = options.runtime ?? sim.runtime(name);
    const secretKey = Digest.from(secret).bytes;
    const endpoint = await sim.within(1000, runtime.transport.bind({ secretKey, alpns: [alpn] }));
    const metrics = new Metrics();
    const local = new LocalNode({ runtime, metrics, networkId: network, secretKey, endpoint, frameLimitBytes: 65_536 });
    return new GossipNode(local, new Router(local), network, alpn);
  }

  /** Joins through a peer whose address is given. */
  join(contact: { readonly local: LocalNode }): void {
    this.local.addresses.add(contact.local.address());
    this.#contacts.add(contact.local.id);
    this.gossip.join([contact.local.id]);
  }

  /** The texts received, in order. */
  get received(): string[] {
    return this.events.flatMap((event) =>
      event.kind === "received" ? [utf8.decode(event.content.subarray(0, 20))] : [],
    );
  }

  say(text: string): boolean {
    return this.gossip.broadcast(new TextEncoder().encode(text));
  }

  metric(name: string): number {
    const samples = this.local.metrics.samples().filter((sample) => sample.name === name);
    return samples.reduce((sum, { value }) => sum + value, 0);
  }
}

export function isNeighbor(one: GossipNode, other: GossipNode): boolean {
  return one.gossip.neighbors.has(other.local.id) && other.gossip.neighbors.has(one.local.id);
}

/** A peer that is played by the test, byte by byte. */
export class BarePeer {
  readonly endpoint: Endpoint;
  readonly connection: Connection;
  /** What it was sent and has read. */
  readonly messages: TopicMessage[] = [];

  private constructor(endpoint: Endpoint, connection: Connection) {
    this.endpoint = endpoint;
    this.connection = connection;
  }

  static async connect(sim: Simulator, name: string, node: GossipNode): Promise<BarePeer> {
    const secretKey = Digest.from(name).bytes;
    const endpoint = await sim.within(1000, sim.runtime(name).transport.bind({ secretKey, alpns: [ALPN.announce] }));
    const { id } = node.local;
    const addr = node.local.address().addrs.flatMap((one) => (one.kind === "ip" ? [one.value] : []));
    const dialling = endpoint.dial({ id: id.hex, relayUrls: [], directAddrs: addr }, [ALPN.announce]);
    return new BarePeer(endpoint, await sim.within(1000, dialling));
  }

  /** A stream of ours with these frames on it. */
  async open(...bodies: Uint8Array[]): Promise<SendStream> {
    const stream = await this.connection.openUni();
    for (const body of bodies) stream.tryWrite(frame(body));
    return stream;
  }

  /** A stream that asks to be taken in. */
  join(): Promise<SendStream> {
    return this.open(header(), encode({ kind: "swarm", value: { kind: "join", value: undefined } }));
  }

  /** Reads the node's next stream, as far as the credit goes. */
  async read(creditBytes = 1_000_000): Promise<RecvStream> {
    const stream = await this.connection.acceptUni();
    const decoder = new FrameDecoder(4096);
    let isHeader = true;
    const onFrame = (bytes: Uint8Array, start: number, end: number): void => {
      if (!isHeader) this.messages.push(topicMessageCodec.decode(bytes.subarray(start, end)));
      isHeader = false;
    };
    stream.start(
      (chunk) => decoder.push(chunk, onFrame),
      () => {},
      creditBytes,
    );
    return stream;
  }
}

export function header(network: NetworkId = topic): Uint8Array {
  return streamHeaderCodec.encode(network);
}

export function encode(message: TopicMessage): Uint8Array {
  return topicMessageCodec.encode(message);
}

export function pushOf(text: string): Uint8Array {
  const content = new TextEncoder().encode(text);
  const value = { id: Digest.hash(content), content, scope: { kind: "swarm", value: 0 } } as const;
  return encode({ kind: "gossip", value: { kind: "gossip", value } });
}

export function frame(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + body.length);
  writeFrameHeader(bytes, 0, body.length);
  bytes.set(body, 4);
  return bytes;
}
