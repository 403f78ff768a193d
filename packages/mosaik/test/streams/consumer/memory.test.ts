import { t, Writer, type Codec } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { appendFrame, FRAME_HEADER_BYTES } from "../../../src/network/index.js";
import { FrameDecoder } from "../../../src/network/framing.js";
import type { Network } from "../../../src/node/index.js";
import { Digest } from "../../../src/primitives/index.js";
import { Channel } from "../../../src/streams/channel.js";
import { consumerConfig } from "../../../src/streams/consumer/config.js";
import { CreditPool, CREDIT_FLOOR_BYTES } from "../../../src/streams/consumer/credit.js";
import { Inbox } from "../../../src/streams/consumer/inbox.js";
import { Intake } from "../../../src/streams/consumer/intake.js";
import { createWorld } from "../../../src/testing/index.js";
import { Nodes } from "../../nodes.js";
import { usedBytes } from "../../heap.js";

const KIB = 1024;
const CONSUMERS = 100;
/** What the transport hands over at once, at most. */
const CHUNK_BYTES = 256 * KIB;
/** A consumer and a subscription without anything that waits. */
const CONSUMER_BYTES = 16 * KIB;
/** Datums that are decoded ahead of the program. */
const DECODED_MAX = 512;
/** What a decoded datum of these tests is in JavaScript, beside the bytes that came. */
const DECODED_BYTES = 256;
/** What tests and runtimes hold beside what is measured. */
const NOISE_BYTES = 6 * KIB * KIB;

const Small = t.struct({ name: t.string, value: t.f64, at: t.u64.asNumber() });

/** A consumer of one producer that sends as much as it may; nobody takes anything. */
class Stalled {
  readonly inbox: Inbox<unknown>;
  readonly #intake: Intake<unknown>;
  readonly #decoder = new FrameDecoder();
  #creditBytes = 0;
  #offset = 0;

  constructor(node: Network, codec: Codec<unknown>) {
    const { local, discovery } = node;
    const config = consumerConfig({});
    const streamId = Digest.from("stalled");
    this.inbox = new Inbox<unknown>(config, () => {});
    const nothing = (): void => {};
    const events = {
      onChange: nothing,
      onConnected: nothing,
      onDisconnected: nothing,
      onRefused: nothing,
      onGap: nothing,
      onDecoded: nothing,
      mayRetry: () => true,
      onTerminated: nothing,
    };
    const credit = new CreditPool(config.bufferBytes);
    const channel = new Channel(streamId, local.id, local.id, discovery.me().entry);
    this.#intake = new Intake({ node: local, streamId, codec, inbox: this.inbox, credit, events }, channel, {
      grant: (bytes) => (this.#creditBytes += bytes),
      onDecoded: nothing,
      onViolation: () => expect.fail("what came is no datum"),
    });
    this.#creditBytes += this.#intake.windowBytes;
  }

  get frames(): number {
    return this.#intake.frames;
  }

  /** Receives frames over and over, in chunks as the transport makes them, until there is no credit. */
  fill(frames: Uint8Array): void {
    while (this.#creditBytes > 0) {
      const length = Math.min(this.#creditBytes, frames.length - this.#offset, CHUNK_BYTES);
      const chunk = frames.slice(this.#offset, this.#offset + length);
      this.#offset = (this.#offset + length) % frames.length;
      this.#creditBytes -= length;
      let framedBytes = 0;
      this.#decoder.push(chunk, (bytes, start, end) => {
        framedBytes += FRAME_HEADER_BYTES + end - start;
        this.#intake.onFrame(bytes, start, end);
      });
      if (framedBytes > 0) this.#intake.onDelivered(framedBytes);
    }
  }
}

/** The formula is that of docs/LIMITS.md. */
describe("consumers that nobody reads stay inside the published formula", () => {
  it.each<{ what: string; codec: Codec<never>; datum: unknown; chunkBytes: number }>([
    { what: "numbers", codec: t.u32 as Codec<never>, datum: 4_000_000_000, chunkBytes: CHUNK_BYTES },
    { what: "16 bytes", codec: t.bytes as Codec<never>, datum: new Uint8Array(16), chunkBytes: CHUNK_BYTES },
    {
      what: "small objects",
      codec: Small as Codec<never>,
      datum: { name: "attic", value: 20.25, at: 1 },
      chunkBytes: 3000,
    },
    { what: "200 bytes", codec: t.bytes as Codec<never>, datum: new Uint8Array(200), chunkBytes: 64 * KIB },
    { what: "40 KiB", codec: t.bytes as Codec<never>, datum: new Uint8Array(40 * KIB), chunkBytes: CHUNK_BYTES },
  ])("$what", { timeout: 120_000 }, async ({ what, codec, datum, chunkBytes }) => {
    const nodes = new Nodes(createWorld("simulated", { seed: 1 }));
    const node = await nodes.join("n0");
    const writer = new Writer();
    do appendFrame(writer, codec as Codec<unknown>, datum);
    while (writer.length < chunkBytes);
    const frames = writer.take();
    const { bufferBytes } = consumerConfig({});
    const before = await usedBytes();
    const all = Array.from({ length: CONSUMERS }, () => new Stalled(node, codec as Codec<unknown>));
    for (const one of all) one.fill(frames);
    const usedEachBytes = ((await usedBytes()) - before) / CONSUMERS;
    const decoded = Math.min(DECODED_MAX, all[0]!.frames);
    const begunBytes = datum instanceof Uint8Array ? datum.length : 0;
    const formulaBytes =
      bufferBytes + CREDIT_FLOOR_BYTES + CHUNK_BYTES + begunBytes + decoded * DECODED_BYTES + CONSUMER_BYTES;
    if (process.env["MOSAIK_STATS"] !== undefined) {
      const kib = (bytes: number): string => (bytes / KIB).toFixed(0);
      console.log(
        `${what}: ${kib(usedEachBytes)} KiB each, ${all[0]!.inbox.items} of ${all[0]!.frames} datums decoded; ` +
          `the formula says ${kib(formulaBytes)} KiB`,
      );
    }
    // Each of them has all that it may have, and no more of it is decoded than may be.
    for (const { inbox } of all) expect(inbox.items).toBe(decoded);
    expect(usedEachBytes).toBeGreaterThan(bufferBytes);
    expect(CONSUMERS * usedEachBytes).toBeLessThanOrEqual(CONSUMERS * formulaBytes + NOISE_BYTES);
    await nodes.close();
  });

  it("one that is always behind, too", { timeout: 120_000 }, async () => {
    const nodes = new Nodes(createWorld("simulated", { seed: 1 }));
    const node = await nodes.join("n0");
    const writer = new Writer();
    while (writer.length < 64 * KIB) appendFrame(writer, t.bytes, new Uint8Array(1000));
    const frames = writer.take();
    const before = await usedBytes();
    const behind = new Stalled(node, t.bytes);
    behind.fill(frames);
    while (behind.inbox.bytes < 50 * KIB * KIB) {
      for (let i = 0; i < 100; i++) behind.inbox.take();
      behind.fill(frames);
    }
    const { bufferBytes } = consumerConfig({});
    const formulaBytes = bufferBytes + CREDIT_FLOOR_BYTES + CHUNK_BYTES + DECODED_MAX * DECODED_BYTES + CONSUMER_BYTES;
    expect((await usedBytes()) - before).toBeLessThanOrEqual(formulaBytes + NOISE_BYTES);
    await nodes.close();
  });
});
