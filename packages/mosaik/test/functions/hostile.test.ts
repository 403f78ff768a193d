import { t, Writer } from "@mosaik/postcard";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mutate, seededRandom } from "../../../postcard/test/support/mutations.js";
import { callsBodyCodec, func } from "../../src/functions/index.js";
import { CANCEL, writeCallHead, writeId } from "../../src/functions/protocol.js";
import {
  ALPN,
  PeerEntry,
  PURPOSE,
  purposeReplyCodec,
  purposeRequestCodec,
  signEntry,
  writeFrameHeader,
} from "../../src/network/index.js";
import { Network } from "../../src/node/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import type { BiStream, Connection, Endpoint, SendStream } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";

/** Mutated frames into a node's streams of calls; more in the full run. */
const exchanges = Number(process.env["MOSAIK_HOSTILE_NODE"] ?? 1000);
const seed = Number(process.env["MOSAIK_SEED"] ?? 1);

const Echo = func("echo", { request: t.bytes, response: t.bytes });

function framed(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + payload.length);
  writeFrameHeader(frame, 0, payload.length);
  frame.set(payload, 4);
  return frame;
}

function callFrame(id: number, payload: Uint8Array, parcelBytes?: number): Uint8Array {
  const writer = new Writer();
  writeCallHead(writer, { id, functionId: Echo.baseId, timeoutMs: 5000, traceparent: "00-00", parcelBytes });
  if (parcelBytes === undefined) writer.raw(t.bytes.encode(payload));
  return framed(writer.take());
}

function cancelFrame(id: number): Uint8Array {
  const writer = new Writer();
  writer.u8(CANCEL);
  writeId(writer, id);
  return framed(writer.take());
}

/** A member of the network that speaks `mosaik-ts/1` by hand. */
describe(`a hostile member on a kept connection, seed ${seed}`, () => {
  let sim: Simulator;
  let node: Network;
  let friend: Network;
  let endpoint: Endpoint;

  beforeEach(async () => {
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
    [node, friend] = (await Promise.all(
      ["node", "friend"].map((name) =>
        sim.within(5000, Network.join("test", { runtime: sim.runtime(name), relay: "none" })),
      ),
    )) as [Network, Network];
    await sim.within(5000, friend.discovery.syncWith(node.local.address()));
    const runtime = sim.runtime("attacker");
    const secretKey = new Uint8Array(32).fill(66);
    endpoint = await sim.within(5000, runtime.transport.bind({ secretKey, alpns: [ALPN.typescript], relay: "none" }));
    const id = PeerId.from(endpoint.id);
    const sign = (digest: Digest): Uint8Array => runtime.sign(secretKey, digest.bytes);
    let entry = PeerEntry.create("0.4.2", node.id, { id, addrs: [] }, node.local.runtime.wallMs());
    entry = entry.withAdded("functions", [Digest.from("evil")], node.local.runtime.wallMs());
    expect(node.discovery.feed(signEntry({ id, sign }, entry))).toBe(true);
  });

  afterEach(async () => {
    expect(sim.reports).toEqual([]);
    await sim.within(5000, Promise.all([node.close(), friend.close()]));
  });

  const dial = (): Promise<Connection> =>
    sim.within(5000, endpoint.dial({ id: node.local.id.hex, relayUrls: [], directAddrs: [] }, [ALPN.typescript]));

  const firstFrame = (body: Uint8Array, purpose: number = PURPOSE.calls): Uint8Array =>
    framed(purposeRequestCodec.encode({ network: node.id, purpose, version: 1, body }));
  const session = (): Uint8Array => firstFrame(callsBodyCodec.encode({ kind: "Session", value: { session: 1 } }));

  const open = async (
    connection: Connection,
    bytes: Uint8Array,
  ): Promise<{ stream: BiStream; ended: Promise<unknown> }> => {
    const stream = await sim.within(20_000, connection.openBi(), "a stream");
    const ended = new Promise((resolve) => stream.recv.start(() => {}, resolve, 1 << 24));
    stream.send.tryWrite(bytes);
    return { stream, ended };
  };

  /** The node answers an honest caller. */
  const servesOn = async (): Promise<void> => {
    const answer = await sim.within(5000, Echo.caller(friend)(new Uint8Array([1])), "an honest call");
    expect(answer).toEqual(new Uint8Array([1]));
  };

  it(
    `that sends ${exchanges} mutated streams harms nobody`,
    async () => {
      const handler = Echo.handle(node, (request) => request);
      await sim.within(5000, friend.discovery.syncWith(node.local.address()));
      const random = seededRandom(seed);
      const honest = Buffer.concat([
        session(),
        callFrame(1, new Uint8Array(10)),
        callFrame(2, new Uint8Array(500)),
        cancelFrame(1),
        callFrame(3, new Uint8Array(0), 100_000),
      ]);
      const parcel = Buffer.concat([
        firstFrame(callsBodyCodec.encode({ kind: "Parcel", value: { session: 1, isRequest: true, low: 3, high: 0 } })),
        framed(new Uint8Array(50_000)),
        framed(new Uint8Array(50_000)),
      ]);
      let connection = await dial();
      for (let i = 0; i < exchanges; i++) {
        if (connection.closeInfo() !== undefined) connection = await dial();
        const { stream, ended } = await open(connection, mutate(i % 3 === 0 ? parcel : honest, random));
        stream.send.finish();
        if (i % 2 === 0) await sim.within(30_000, ended, `exchange ${i}`);
        else stream.send.reset(i);
        stream.recv.stop(0);
      }
      await sim.advance(15_000);
      await servesOn();
      expect(handler.stats().inflight).toBe(0);
      connection.close(0, "");
    },
    60_000 + 100 * exchanges,
  );

  it("whose first frame has a body that does not decode loses its stream and not its connection", async () => {
    const connection = await dial();
    for (const body of [[], [9], [0], [1, 0, 2]]) {
      const { ended } = await open(connection, firstFrame(Uint8Array.from(body)));
      expect(await sim.within(5000, ended)).toMatchObject({ kind: "reset", code: 400 });
    }
    expect(connection.closeInfo()).toBeUndefined();
  });

  it("that repeats an id, or sends a frame over the limit, loses its stream and not its connection", async () => {
    Echo.handle(node, () => new Promise(() => {}));
    const connection = await dial();
    for (const bad of [
      Buffer.concat([callFrame(1, new Uint8Array(1)), callFrame(1, new Uint8Array(1))]),
      framed(new Uint8Array(200 * 1024)).subarray(0, 100),
      framed(new Uint8Array([9])),
      framed(new Uint8Array(0)),
    ]) {
      const { ended } = await open(connection, Buffer.concat([session(), bad]));
      expect(await sim.within(5000, ended)).toMatchObject({ kind: "reset", code: 400 });
    }
    expect(connection.closeInfo()).toBeUndefined();
  });

  it("that calls and never reads is held back, and one whose calls are not answered is refused beyond 16 384", async () => {
    let begun = 0;
    Echo.handle(node, (request) => {
      begun++;
      return request.length > 1 ? request : new Promise(() => {});
    });
    const connection = await dial();
    const flood = async (send: SendStream, calls: number, frame: (id: number) => Uint8Array): Promise<number> => {
      let sent = 0;
      for (let id = 10; id < 10 + calls; id++) {
        const bytes = frame(id);
        const taken = send.tryWrite(bytes);
        sent += taken;
        if (taken < bytes.length) {
          await sim.advance(200);
          const more = send.tryWrite(bytes.subarray(taken));
          if (more < bytes.length - taken) break;
          sent += more;
        }
      }
      return sent;
    };
    const quiet = await sim.within(5000, connection.openBi());
    quiet.send.tryWrite(session());
    const unread = await flood(quiet.send, 2000, (id) => callFrame(id, new Uint8Array(30_000)));
    // What it may have in the node: one window each of requests and answers, and what the transports hold.
    expect(unread).toBeLessThan(8 * 1024 * 1024);
    const { stream } = await open(connection, session());
    const before = begun;
    await flood(stream.send, 20_000, (id) => callFrame(id, new Uint8Array(1)));
    await sim.advance(200);
    expect(begun - before).toBe(16_384);
    connection.close(0, "");
    await sim.advance(100);
    await sim.within(5000, friend.discovery.syncWith(node.local.address()));
    const answer = Echo.caller(friend)(new Uint8Array(2));
    expect(await sim.within(5000, answer)).toEqual(new Uint8Array(2));
  });

  it("that answers with anything at all, or not, only fails the calls to it", async () => {
    const Evil = func("evil", { request: t.bytes, response: t.bytes });
    const random = seededRandom(seed);
    const reply = (id: number): Uint8Array => {
      const writer = new Writer();
      writeId(writer, id);
      writer.u8(0);
      writer.raw(t.bytes.encode(new Uint8Array(20)));
      return framed(writer.take());
    };
    void (async () => {
      for (;;) {
        const connection = await endpoint.accept();
        if (connection === undefined) return;
        void (async () => {
          for (;;) {
            const { send, recv } = await connection.acceptBi();
            recv.start(
              () => {},
              () => {},
              1 << 20,
            );
            const accepted = framed(purposeReplyCodec.encode({ code: 0, version: 1 }));
            const answers = Buffer.concat([accepted, reply(1), reply(2), reply(3)]);
            send.tryWrite(mutate(answers, random));
            send.finish();
          }
        })().catch(() => {});
      }
    })();
    const evil = Evil.caller(node);
    const codes = new Set<string>();
    for (let i = 0; i < Math.min(exchanges, 300); i++) {
      const call = evil(new Uint8Array(i % 100), { timeoutMs: 200 });
      codes.add(
        await sim.within(
          5000,
          call.then(
            () => "answered",
            (error: { code: string }) => error.code,
          ),
        ),
      );
    }
    for (const code of codes)
      expect(["answered", "transport", "rejected", "timeout", "decode", "application"]).toContain(code);
    expect(codes.size).toBeGreaterThan(1);
    expect(evil.stats().inflight).toBe(0);
    Echo.handle(node, (request) => request);
    await sim.within(5000, friend.discovery.syncWith(node.local.address()));
    await servesOn();
  });
});
