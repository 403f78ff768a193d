import { describe, expect, it } from "vitest";
import { FrameDecoder } from "../../src/network/index.js";
import { concatBytes, Digest, PeerId } from "../../src/primitives/index.js";
import { Assembly, MalformedUpdate } from "../../src/status/observing/assembly.js";
import type { ObservedStatus } from "../../src/status/observing/rates.js";
import { statusRowCodec, updateFrameCodec, type UpdateFrame } from "../../src/status/protocol.js";
import { differenceOf, Imager, type Image } from "../../src/status/serving/image.js";
import { encodeUpdate } from "../../src/status/serving/update.js";
import { callerOf, producerOf, statusOf } from "./statuses.js";

/** The frames of an update, as they arrive. */
function framesOf(from: Image | undefined, to: Image): UpdateFrame[] {
  const { frames } = encodeUpdate(differenceOf(from, to), { ...to.head, intervalMs: 1000 });
  const decoded: UpdateFrame[] = [];
  new FrameDecoder(128 * 1024).push(frames, (bytes, start, end) =>
    decoded.push(updateFrameCodec.decode(bytes.slice(start, end))),
  );
  return decoded;
}

function addAll(assembly: Assembly, frames: readonly UpdateFrame[]): ObservedStatus | undefined {
  let status: ObservedStatus | undefined;
  for (const frame of frames) status = assembly.add(frame)?.status;
  return status;
}

describe("what an observer is sent", () => {
  const peer = PeerId.fromBytes(new Uint8Array(32).fill(7));

  it("is what has changed", () => {
    const imager = new Imager();
    const first = imager.image(statusOf({ producers: [producerOf("a", 1), producerOf("b", 1)] }));
    const second = imager.image(statusOf({ producers: [producerOf("a", 1), producerOf("b", 2)], uptimeMs: 1000 }));
    expect(differenceOf(undefined, first).rows).toHaveLength(2);
    expect(differenceOf(first, second)).toMatchObject({ rows: [{ place: 1 }], removed: [] });
    expect(differenceOf(second, second)).toEqual({ rows: [], removed: [] });
  });

  it("says which places are empty, and gives a place to nobody else", () => {
    const imager = new Imager();
    const images = [["a", "b"], ["b"], ["a", "b"]].map((names) =>
      imager.image(statusOf({ producers: names.map((name) => producerOf(name, 1)) })),
    ) as [Image, Image, Image];
    expect(differenceOf(images[0], images[1])).toEqual({ rows: [], removed: [0] });
    expect(differenceOf(images[1], images[2])).toMatchObject({ rows: [{ place: 2 }], removed: [] });
    // An observer that missed the one between is told both.
    expect(differenceOf(images[0], images[2])).toMatchObject({ rows: [{ place: 2 }], removed: [0] });
  });

  it("tells callers of one function apart", () => {
    const imager = new Imager();
    const image = imager.image(statusOf({ callers: [callerOf("f", 1), callerOf("f", 2)] }));
    expect([...image.rows.values()].map(({ place }) => place)).toEqual([0, 1]);
    expect(addAll(new Assembly(peer), framesOf(undefined, image))?.callers.map(({ completed }) => completed)).toEqual([
      1, 2,
    ]);
  });

  it("is put together again, whatever was missed, with the rates since the status before", () => {
    const imager = new Imager();
    const assembly = new Assembly(peer);
    const steps = [
      statusOf({ producers: [producerOf("a", 10)], uptimeMs: 1000 }),
      statusOf({ producers: [producerOf("b", 5), producerOf("a", 30)], uptimeMs: 3000 }),
      statusOf({ producers: [producerOf("b", 5)], uptimeMs: 4000 }),
    ];
    const images = steps.map((step) => imager.image(step));
    const seen = images.map((image, i) => addAll(assembly, framesOf(images[i - 1], image))!);
    const brief = seen.map(({ producers }) =>
      producers.map(({ streamId, sent, perSecond }) => [streamId.short(), sent, perSecond?.sent]),
    );
    const [a, b] = [Digest.from("a").short(), Digest.from("b").short()];
    expect(brief).toEqual([
      [[a, 10, undefined]],
      [
        [a, 30, 10],
        [b, 5, undefined],
      ],
      [[b, 5, 0]],
    ]);
    expect(seen[2]).toMatchObject({ id: peer, uptimeMs: 4000, version: "1.2.3" });
  });

  it("comes in frames that a kept connection takes", () => {
    const imager = new Imager();
    const many = Array.from({ length: 2000 }, (_, i) => producerOf(`stream ${i}`, i));
    const all = imager.image(statusOf({ producers: many }));
    const frames = framesOf(undefined, all);
    expect(frames.length).toBeGreaterThan(2);
    expect(frames.map(({ head }) => head !== undefined)).toEqual(frames.map((_, i) => i === frames.length - 1));
    const assembly = new Assembly(peer);
    expect(addAll(assembly, frames)?.producers).toHaveLength(2000);
    expect(addAll(assembly, framesOf(all, imager.image(statusOf({}))))?.producers).toEqual([]);
  });

  it("has a bound, and says how much was left out", () => {
    const many = Array.from({ length: 5000 }, (_, i) => callerOf(`function ${i}`, i));
    const image = new Imager().image(statusOf({ callers: many, producers: [producerOf("a", 1)] }));
    expect(image.rows.size).toBe(2048);
    expect(image.head.omitted).toBe(2953);
    expect([...image.rows.keys()][0]).toMatch(/^Producer/);
  });

  describe("by a hostile node", () => {
    const producer = statusRowCodec.encode({ kind: "Producer", value: producerOf("a", 1) });
    const caller = statusRowCodec.encode({ kind: "Caller", value: callerOf("f", 1) });
    const frame = (parts: Partial<UpdateFrame>): UpdateFrame => ({ rows: [], removed: [], head: undefined, ...parts });

    it("is refused where it empties an empty place, or puts another kind into one", () => {
      expect(() => new Assembly(peer).add(frame({ removed: [3] }))).toThrow(MalformedUpdate);
      const assembly = new Assembly(peer);
      assembly.add(frame({ rows: [{ place: 0, row: producer }] }));
      expect(() => assembly.add(frame({ rows: [{ place: 0, row: caller }] }))).toThrow("a Caller in place 0");
    });

    it("is refused where it is too much", () => {
      const assembly = new Assembly(peer);
      const flood = (): void => {
        for (let place = 0; place <= 4096; place++) assembly.add(frame({ rows: [{ place, row: caller }] }));
      };
      expect(flood).toThrow("more than 4096 parts");
      const behind = concatBytes(producer, new Uint8Array(512 * 1024));
      const other = new Assembly(peer);
      const fill = (): void => {
        for (let place = 0; place < 3; place++) other.add(frame({ rows: [{ place, row: behind }] }));
      };
      expect(fill).toThrow("1048576 bytes");
    });
  });
});
