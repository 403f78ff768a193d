import { Metrics } from "../../src/metrics/index.js";
import { ALPN, LocalNode, PeerEntry, Router, type Link } from "../../src/network/index.js";
import { Digest, type DigestLike, type PeerId } from "../../src/primitives/index.js";
import { streamHandshakeCodec, type StreamHandshake } from "../../src/streams/index.js";
import type { Nodes } from "../nodes.js";

/** Serves one subscription by hand. The link is closed with 0 when both this and the link's end are over. */
export type Serve = (link: Link, handshake: StreamHandshake, attempt: number) => Promise<void> | void;

/** A peer that produces a stream as the test says: what our own producers never do. */
export class FakeProducer {
  readonly id: PeerId;
  /** What consumers are to know of it: insert it into their catalogs. */
  readonly entry: PeerEntry;
  /** When consumers came, on the clock of this node. */
  readonly attemptsAtMs: number[] = [];
  readonly #node: LocalNode;

  private constructor(node: LocalNode, streamId: Digest, serve: Serve) {
    this.#node = node;
    this.id = node.id;
    const nowMs = node.runtime.wallMs();
    this.entry = PeerEntry.create("0.4.2", node.networkId, node.address(), nowMs).withAdded(
      "streams",
      [streamId],
      nowMs,
    );
    const router = new Router(node);
    router.handle(ALPN.streams, 64, async (connection) => {
      const link = await node.acceptLink(connection);
      const handshake = await link.recv(streamHandshakeCodec);
      this.attemptsAtMs.push(node.runtime.monoMs());
      await serve(link, handshake, this.attemptsAtMs.length);
      await link.closed;
    });
    void router.run();
  }

  /** Closed with the test's world. */
  static async start(nodes: Nodes, name: string, streamId: DigestLike, serve: Serve): Promise<FakeProducer> {
    const runtime = await nodes.world.runtime(name);
    const secretKey = Digest.from(name).bytes;
    const endpoint = await runtime.transport.bind({ secretKey, alpns: [ALPN.streams], relay: "none" });
    const node = new LocalNode({
      runtime,
      metrics: new Metrics(),
      networkId: Digest.from("test"),
      secretKey,
      endpoint,
      frameLimitBytes: 128 * 1024 * 1024,
    });
    return new FakeProducer(node, Digest.from(streamId), serve);
  }

  /** Says yes, as a producer without `resume`. */
  static async admit(link: Link, { network, stream }: StreamHandshake): Promise<void> {
    await link.send(streamHandshakeCodec, { network, stream });
  }

  close(): Promise<void> {
    return this.#node.close();
  }
}
