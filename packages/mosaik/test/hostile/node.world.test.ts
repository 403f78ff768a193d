import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { mutate, seededRandom } from "../../../postcard/test/support/mutations.js";
import { GroupKey, handshakeStartCodec } from "../../src/groups/index.js";
import { ALPN, PeerEntry, signEntry } from "../../src/network/index.js";
import type { Network } from "../../src/node/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import type { Connection, Endpoint } from "../../src/runtime/index.js";
import { useNodes, type Nodes } from "../nodes.js";

const isLive = process.env["MOSAIK_WORLD"] === "live";
/** Mutated exchanges with a node; 10^5 over the memory network and 10^3 over QUIC in the full run, `npm run test:hostile`. */
const exchanges = Number(process.env[isLive ? "MOSAIK_HOSTILE_QUIC" : "MOSAIK_HOSTILE_NODE"] ?? (isLive ? 60 : 1000));
const seed = Number(process.env["MOSAIK_SEED"] ?? 1);
const timeoutMs = 60_000 + 100 * exchanges;
/** Every code that a node may close an abused connection with. */
const CODES = new Set([0, 101, 103, 200, 400, 401, 10404, 11404, 30400, 30404, 30405]);

function frame(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length);
  bytes.set(payload, 4);
  return bytes;
}

/** What a well-behaved peer would send first, by protocol. */
function firstMessages(node: Network): [alpn: string, bytes: Uint8Array][] {
  const group = node.groups.join({ key: GroupKey.fromSecret("the group") }).id;
  const start = { network: node.id, group, proof: Digest.from("no proof"), bonds: [node.discovery.me()] };
  const handshake = new Uint8Array([...node.id.bytes, ...node.streams.produce(t.u64).streamId.bytes]);
  return [
    [ALPN.sync, frame(new Uint8Array([1, ...node.discovery.me().encoded]))],
    [ALPN.ping, frame(new Uint8Array(0))],
    [ALPN.streams, frame(handshake)],
    [ALPN.functions, frame(new Uint8Array([...node.id.bytes, ...Digest.from("no function").bytes, 2, 1, 0x61]))],
    [ALPN.groups, frame(handshakeStartCodec.encode(start))],
    [ALPN.announce, frame(node.id.bytes)],
  ];
}

const SECRET_KEY = new Uint8Array(32).fill(66);

/** Makes the attacker a member of the network: who is none is refused unread by most protocols. */
async function introduce(nodes: Nodes, attacker: Endpoint, victim: Network): Promise<void> {
  const runtime = await nodes.world.runtime("attacker");
  const signer = { id: PeerId.from(attacker.id), sign: (digest: Digest) => runtime.sign(SECRET_KEY, digest.bytes) };
  const entry = PeerEntry.create("0.4.2", victim.id, { id: signer.id, addrs: [] }, runtime.wallMs());
  victim.discovery.feed(signEntry(signer, entry));
}

async function attackerOf(nodes: Nodes): Promise<Endpoint> {
  const runtime = await nodes.world.runtime("attacker");
  return nodes.within(
    5000,
    runtime.transport.bind({ secretKey: SECRET_KEY, alpns: Object.values(ALPN), relay: "none" }),
    "bind",
  );
}

/** Sends bytes as the first and only message and ends the stream. @returns the code that the other side closes with */
async function assault(connection: Connection, bytes: Uint8Array): Promise<number | undefined> {
  const { send, recv } = await connection.openBi();
  recv.start(
    () => connection.close(200, "answered"),
    () => {},
    1024 * 1024,
  );
  try {
    for (let at = 0; at < bytes.length;) {
      at += send.tryWrite(bytes.subarray(at));
      if (at < bytes.length) await send.drained();
    }
    send.finish();
  } catch {
    // Closed while we were writing: that is an answer too.
  }
  const info = await connection.closed;
  if (info.by !== "peer") return undefined;
  expect(CODES).toContain(info.code);
  return info.code;
}

describe(`${exchanges} mutated exchanges with a node, seed ${seed}`, () => {
  const context = useNodes();

  it(
    "as a client: every connection is closed with a code of the protocol, and the node serves on",
    async () => {
      const { nodes } = context;
      const [victim, friend] = await nodes.joinMany(2);
      const attacker = await attackerOf(nodes);
      const random = seededRandom(seed);
      const messages = firstMessages(victim!);
      const seen = new Set<number | undefined>();
      const victimAddr = (): { id: string; relayUrls: string[]; directAddrs: string[] } => ({
        id: victim!.local.id.hex,
        relayUrls: [],
        directAddrs: [],
      });
      for (let i = 0; i < exchanges; i++) {
        if (i % 50 === 0) await introduce(nodes, attacker, victim!);
        const [alpn, message] = messages[i % messages.length]!;
        const connection = await nodes.within(10_000, attacker.dial(victimAddr(), [alpn]), `dial ${i}`);
        if (alpn === ALPN.announce) {
          const send = await nodes.within(1000, connection.openUni());
          send.tryWrite(mutate(message, random));
          send.finish();
          connection.close(0, "");
        } else {
          const assaulted = assault(connection, mutate(message, random));
          seen.add(await nodes.within(30_000, assaulted, `exchange ${i} on ${alpn}`));
        }
      }
      if (exchanges >= 1000)
        expect([...seen]).toEqual(expect.arrayContaining([101, 400, 10404, 11404, 30400, 30404, 30405]));
      // The node has kept its wits: it meets a friend and streams to it.
      await nodes.discoverAll(victim!, friend!);
      const consumer = friend!.streams.consume(t.u64);
      await nodes.within(15_000, victim!.streams.produce(t.u64).send(7n), "a datum to be sent");
      expect(await nodes.within(5000, consumer.recv())).toBe(7n);
      await nodes.within(5000, attacker.close());
    },
    timeoutMs,
  );

  it(
    "as a server: our syncs, pings and subscriptions end with typed errors, and the node serves on",
    async () => {
      const { nodes } = context;
      const [victim, friend] = await nodes.joinMany(2);
      const attacker = await attackerOf(nodes);
      const random = seededRandom(seed);
      const snapshot = frame(new Uint8Array([1, ...friend!.discovery.me().encoded]));
      const pong = frame(friend!.discovery.me().encoded);
      const serve = async (): Promise<void> => {
        for (;;) {
          const connection = await attacker.accept();
          if (connection === undefined) return;
          void (async () => {
            const stream = await connection.acceptBi();
            stream.recv.start(
              () => {},
              () => {},
              1 << 20,
            );
            stream.send.tryWrite(mutate(connection.alpn === ALPN.ping ? pong : snapshot, random));
            stream.send.finish();
          })().catch(() => {});
        }
      };
      void serve();
      for (let i = 0; i < exchanges; i++) {
        const exchange = i % 2 === 0 ? victim!.discovery.ping(attacker.id) : victim!.discovery.syncWith(attacker.id);
        const outcome = await nodes.within(
          30_000,
          exchange.then(
            () => "accepted",
            (error: { name: string }) => error.name,
          ),
          `exchange ${i}`,
        );
        expect(["accepted", "DiscoveryError"]).toContain(outcome);
      }
      await nodes.within(5000, victim!.discovery.syncWith(friend!.local.id));
      expect(victim!.discovery.catalog.getSigned(friend!.local.id)).toBeDefined();
      await nodes.within(5000, attacker.close());
    },
    timeoutMs,
  );
});
