import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { DEFAULT_FRAME_LIMIT_BYTES } from "../../../src/network/index.js";
import { Digest } from "../../../src/primitives/index.js";
import { FanOut } from "../../../src/streams/producer/fan-out.js";
import { LoopbackPipe } from "../../../src/streams/loopback.js";
import { Turns } from "../../../src/streams/producer/turns.js";
import { WriterPool } from "../../../src/streams/producer/writer-pool.js";
import { createWorld } from "../../../src/testing/index.js";
import { Nodes } from "../../nodes.js";
import { usedBytes } from "../../heap.js";

const KIB = 1024;
const STREAMS = 1000;
/** What its connection is taking, of which the producer has one for each consumer. */
const BATCH_BYTES = 64 * KIB;
/** A stream and a subscription without anything that waits. */
const STREAM_BYTES = 16 * KIB;
/** What tests and runtimes hold beside what is measured. */
const NOISE_BYTES = 6 * KIB * KIB;

/** The formula is that of docs/LIMITS.md. */
describe("1,000 streams with stalled consumers stay inside the published formula", () => {
  it.each([
    { what: "one small datum a turn", datumBytes: 16, perTurn: 1, bufferBytes: 16 * KIB },
    { what: "many small datums a turn", datumBytes: 16, perTurn: 4000, bufferBytes: 64 * KIB },
    { what: "datums of 40 KiB", datumBytes: 40 * KIB, perTurn: 1, bufferBytes: 256 * KIB },
  ])("$what", { timeout: 120_000 }, async ({ what, datumBytes, perTurn, bufferBytes }) => {
    const nodes = new Nodes(createWorld("simulated", { seed: 1 }));
    const node = await nodes.join("n0");
    const { local, discovery } = node;
    const before = await usedBytes();
    const pool = new WriterPool();
    const turns = new Turns(local.runtime);
    const fanOuts = Array.from({ length: STREAMS }, (_, i) => {
      const context = { node: local, discovery, frameLimitBytes: DEFAULT_FRAME_LIMIT_BYTES, pool, turns };
      const nothing = { onClosing: () => {}, onDrained: () => {} };
      const options = { bufferBytes, noProgressLimitMs: 3_600_000, drainTimeoutMs: 0 };
      const fanOut = new FanOut({ ...context, ...nothing }, Digest.from(`stream ${i}`), t.bytes, options);
      // Nobody reads the other end: what waits for the consumer waits here.
      const carrier = new LoopbackPipe().producerEnd;
      fanOut.admit({ carrier, entry: discovery.me().entry, rttMicros: () => 0, isTold: false }, undefined);
      return fanOut;
    });
    const atRestBytes = (await usedBytes()) - before;
    const datum = new Uint8Array(datumBytes);
    for (let isAnyOpen = true; isAnyOpen;) {
      isAnyOpen = false;
      for (const fanOut of fanOuts) {
        for (let i = 0; i < perTurn && fanOut.isReady; i++) {
          fanOut.enqueue(datum);
          isAnyOpen = true;
        }
      }
      let isTurnOver = false;
      local.runtime.soon(() => (isTurnOver = true));
      await nodes.until(() => isTurnOver, 1000, "the turn to end");
    }
    const queuedBytes = fanOuts.reduce((sum, fanOut) => sum + fanOut.stats().queuedBytes, 0);
    const grownBytes = (await usedBytes()) - before;
    const formulaBytes = STREAMS * (bufferBytes + BATCH_BYTES + datumBytes + STREAM_BYTES);
    if (process.env["MOSAIK_STATS"] !== undefined) {
      const mib = (bytes: number): string => (bytes / KIB / KIB).toFixed(1);
      console.log(
        `${what}: ${mib(atRestBytes)} MiB at rest, ${mib(grownBytes)} MiB stalled with ${mib(queuedBytes)} MiB queued; ` +
          `the formula says ${mib(formulaBytes)} MiB`,
      );
    }
    // Each of them has all that it may have.
    expect(queuedBytes).toBeGreaterThanOrEqual(STREAMS * bufferBytes);
    expect(grownBytes).toBeLessThanOrEqual(formulaBytes + NOISE_BYTES);
    await nodes.within(5000, Promise.all(fanOuts.map((fanOut) => fanOut.close())), "the streams to close");
    await nodes.close();
  });
});
