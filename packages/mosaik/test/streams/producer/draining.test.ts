import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { CLOSE, DEFAULT_FRAME_LIMIT_BYTES, type CloseCode } from "../../../src/network/index.js";
import { Digest } from "../../../src/primitives/index.js";
import { LoopbackPipe } from "../../../src/streams/loopback.js";
import { FanOut, type FanOutContext } from "../../../src/streams/producer/fan-out.js";
import { Turns } from "../../../src/streams/producer/turns.js";
import { WriterPool } from "../../../src/streams/producer/writer-pool.js";
import { useNodes } from "../../nodes.js";
import { recorded } from "../recorded.js";

const DATUMS = 100;
const FRAME_BYTES = 4 + 1 + 16;

/** docs/decisions/012-confirmed-drains.md */
describe("what a consumer's close says to a producer that closes", () => {
  const context = useNodes();

  /** A stream whose one consumer has room for some datums, and closes with a code. */
  async function closing(datumsMax: number, code: CloseCode, when: "at the end" | "before the end") {
    const { nodes } = context;
    const { local, discovery } = await nodes.join("n0");
    const { runtime } = local;
    const surroundings: FanOutContext = {
      node: local,
      discovery,
      frameLimitBytes: DEFAULT_FRAME_LIMIT_BYTES,
      pool: new WriterPool(),
      turns: new Turns(runtime),
      onClosing: () => {},
      onDrained: () => {},
    };
    const fanOut = new FanOut(surroundings, Digest.from("closing"), t.bytes, {});
    const events = recorded(fanOut.events({}));
    const pipe = new LoopbackPipe();
    const { entry } = discovery.me();
    fanOut.admit({ carrier: pipe.producerEnd, entry, rttMicros: () => 0, isTold: false }, undefined);
    let received = 0;
    const sink = {
      onFrame: () => {
        received++;
      },
      onDelivered: () => {
        if (when === "before the end" && received === datumsMax) runtime.soon(() => pipe.consumerEnd.close(code));
      },
      onEnd: () => {
        if (when === "at the end") pipe.consumerEnd.close(code);
      },
    };
    pipe.consumerEnd.receive(sink, datumsMax * FRAME_BYTES);
    for (let i = 0; i < DATUMS; i++) fanOut.enqueue(new Uint8Array(16));
    const { confirmed, unconfirmed } = await nodes.within(5000, fanOut.close(), "the stream to close");
    expect([...confirmed, ...unconfirmed]).toEqual([entry.id]);
    return { received, isConfirmed: confirmed.length === 1, hasGap: events.some(({ kind }) => kind === "gap") };
  }

  it.each([CLOSE.gracefulShutdown, CLOSE.unexpectedClose])(
    "$code behind the end: it has everything, ours and Rust's",
    async (code) => {
      expect(await closing(DATUMS, code, "at the end")).toEqual({ received: DATUMS, isConfirmed: true, hasGap: false });
    },
  );

  it("102 behind the end: nothing is known to be missing, and nothing is confirmed", async () => {
    const outcome = await closing(DATUMS, CLOSE.cancelled, "at the end");
    expect(outcome).toEqual({ received: DATUMS, isConfirmed: false, hasGap: false });
  });

  it.each([CLOSE.gracefulShutdown, CLOSE.unexpectedClose, CLOSE.cancelled])(
    "$code before the end: a gap, whatever it says",
    async (code) => {
      const outcome = await closing(10, code, "before the end");
      expect(outcome).toEqual({ received: 10, isConfirmed: false, hasGap: true });
    },
  );

  it("nothing: the producer closes after a second, and knows of a gap", async () => {
    const outcome = await closing(10, CLOSE.cancelled, "at the end");
    expect(outcome).toEqual({ received: 10, isConfirmed: false, hasGap: true });
  });
});
