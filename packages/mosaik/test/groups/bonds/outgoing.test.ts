import { beforeEach, describe, expect, it } from "vitest";
import type { Frame } from "../../../src/groups/bonds/frames.js";
import { Outgoing, OUTGOING_MAX_BYTES } from "../../../src/groups/bonds/outgoing.js";
import type { Link } from "../../../src/network/index.js";

/** A link that takes what the test says. */
class FakeLink {
  readonly writes: { bytes: Uint8Array; payloadBytes: number }[] = [];
  readonly writer = { queuedBytes: 0, takenBytes: 0 };

  sendFrames(bytes: Uint8Array, payloadBytes: number): void {
    this.writes.push({ bytes, payloadBytes });
    this.writer.queuedBytes += bytes.length;
  }

  take(bytes: number): void {
    this.writer.queuedBytes -= bytes;
    this.writer.takenBytes += bytes;
  }
}

let link: FakeLink;
let outgoing: Outgoing;
let timers: (() => void)[];
let stalls: number;
beforeEach(() => {
  link = new FakeLink();
  timers = [];
  stalls = 0;
  const runtime = {
    after(_delayMs: number, task: () => void) {
      timers.push(task);
      return () => void (timers = timers.filter((timer) => timer !== task));
    },
  };
  outgoing = new Outgoing(runtime, link as unknown as Link, 5000, () => stalls++);
});

const frame = (bytes: number, fill = 0): Frame => ({
  bytes: new Uint8Array(bytes).fill(fill),
  payloadBytes: bytes - 4,
});
const nextMicrotask = (): Promise<void> => Promise.resolve();
const fire = (): void => {
  for (const timer of timers.splice(0)) timer();
};

describe("what goes over a bond", () => {
  it("in one step is written at once, right behind it, in order", async () => {
    for (let i = 1; i <= 3; i++) outgoing.send(frame(10, i));
    expect(link.writes).toEqual([]);
    expect(outgoing.isEmpty).toBe(false);
    await nextMicrotask();
    expect(link.writes).toHaveLength(1);
    expect([...link.writes[0]!.bytes]).toEqual([1, 2, 3].flatMap((i) => new Array<number>(10).fill(i)));
    expect(link.writes[0]!.payloadBytes).toBe(18);
  });

  it("is copied only where it is small", async () => {
    const large = frame(100_000, 2);
    for (const one of [frame(10, 1), large, frame(10, 3), frame(10, 4), large]) outgoing.send(one);
    await nextMicrotask();
    expect(link.writes.map(({ bytes }) => bytes.length)).toEqual([10, 100_000, 20, 100_000]);
    expect(link.writes[1]!.bytes).toBe(large.bytes);
    expect(link.writes[2]!.payloadBytes).toBe(12);
  });

  it("waits for the peer up to a bound, and one message", () => {
    const large = frame(OUTGOING_MAX_BYTES - 1);
    expect(outgoing.send(large)).toBe(true);
    expect(outgoing.send(large)).toBe(true);
    expect(stalls).toBe(0);
    expect(outgoing.send(frame(5))).toBe(false);
    expect(stalls).toBe(1);
  });

  it("must go on: a peer that takes nothing for a while is given up", async () => {
    outgoing.send(frame(100));
    await nextMicrotask();
    link.take(40);
    fire();
    expect(stalls).toBe(0);
    fire();
    expect(stalls).toBe(1);
  });

  it("is not watched while nothing waits", async () => {
    outgoing.send(frame(100));
    await nextMicrotask();
    link.take(100);
    fire();
    expect([stalls, timers.length]).toEqual([0, 0]);
  });

  it("is forgotten when the bond ends", async () => {
    outgoing.send(frame(100));
    outgoing.close();
    await nextMicrotask();
    expect(link.writes).toEqual([]);
  });
});
