import { t } from "@mosaik/postcard";
import { beforeEach, describe, expect, it } from "vitest";
import { Metrics } from "../../src/metrics/index.js";
import type { Link } from "../../src/network/index.js";
import { CLOSE, LocalNode, type LinkEnd } from "../../src/network/index.js";
import { Digest } from "../../src/primitives/index.js";
import type { BiStream, Connection } from "../../src/runtime/index.js";
import { useNodes } from "../nodes.js";

const LIMIT = 64 * 1024;

describe("Link", () => {
  const context = useNodes();
  let opener: Link;
  /** The other side, bare. */
  let connection: Connection;
  let stream: BiStream;

  /** A link with a node of ours on one side and a bare stream on the other. */
  beforeEach(async () => {
    const { nodes } = context;
    const [ours, theirs] = [await nodes.world.runtime("ours"), await nodes.world.runtime("theirs")];
    const bind = { relay: "none", alpns: ["test"] } as const;
    const secretKey = new Uint8Array(32).fill(1);
    const endpoint = await nodes.within(5000, ours.transport.bind({ ...bind, secretKey }));
    const other = await nodes.within(5000, theirs.transport.bind({ ...bind, secretKey: new Uint8Array(32).fill(2) }));
    const metrics = new Metrics();
    const networkId = Digest.from("test");
    const node = new LocalNode({ runtime: ours, metrics, networkId, secretKey, endpoint, frameLimitBytes: LIMIT });
    connection = (await nodes.within(
      5000,
      Promise.all([other.dial(endpoint.addr(), ["test"]), node.accept()]).then(async ([dialled, accepted]) => {
        stream = await dialled.openBi();
        stream.send.tryWrite(new Uint8Array([0, 0, 0, 0]));
        opener = await node.acceptLink(accepted!);
        await opener.recv(t.unit);
        return dialled;
      }),
    ))!;
  });

  const write = (...bytes: number[]): number => stream.send.tryWrite(new Uint8Array(bytes));
  const header = (length: number): number[] => [
    length >>> 24,
    (length >>> 16) & 255,
    (length >>> 8) & 255,
    length & 255,
  ];
  const closeCode = async (): Promise<unknown> => {
    const info = await context.nodes.within(5000, connection.closed);
    return info.by === "peer" ? info.code : info;
  };

  it("frames a message with a big-endian length", async () => {
    const received: number[] = [];
    stream.recv.start(
      (chunk) => received.push(...chunk),
      () => {},
      1000,
    );
    await context.nodes.within(1000, opener.send(t.string, "hi"));
    await context.nodes.until(() => received.length === 7, 1000, "the frame");
    expect(received).toEqual([0, 0, 0, 3, 2, 0x68, 0x69]);
  });

  it("receives messages one by one, however they are cut, and ignores bytes behind the value", async () => {
    write(0, 0, 0);
    write(3, 2, 0x68);
    write(0x69, 0, 0, 0, 2, 5, 99);
    expect(await context.nodes.within(1000, opener.recv(t.string))).toBe("hi");
    expect(await context.nodes.within(1000, opener.recv(t.u8))).toBe(5);
  });

  it("closes with 400 on a message that does not decode", async () => {
    write(0, 0, 0, 1, 9);
    const failure = context.nodes.within(1000, opener.recv(t.string));
    await expect(failure).rejects.toMatchObject({ name: "NetworkError", code: "protocolViolation" });
    expect(await closeCode()).toBe(400);
  });

  it("closes with 400 on a frame over the limit, before its bytes arrive", async () => {
    write(...header(LIMIT + 1));
    const failure = context.nodes.within(1000, opener.recv(t.bytes));
    await expect(failure).rejects.toMatchObject({ code: "protocolViolation" });
    expect(await closeCode()).toBe(400);
  });

  it("the same where somebody looks at its beginning, and its header comes in pieces", async () => {
    const failure = context.nodes.within(1000, opener.peek(1));
    const [first, ...rest] = header(LIMIT + 1);
    write(first!);
    write(...rest);
    await expect(failure).rejects.toMatchObject({ name: "NetworkError", code: "protocolViolation" });
    expect(await closeCode()).toBe(400);
    await expect(opener.peek(1)).rejects.toMatchObject({ code: "protocolViolation" });
  });

  it("shows the beginning of a message before all of it is here, and leaves it", async () => {
    const peeked = context.nodes.within(1000, opener.peek(2));
    write(...header(4), 3, 0x61);
    expect(await peeked).toMatchObject({ bytes: Uint8Array.of(3, 0x61), lengthBytes: 4 });
    write(0x62, 0x63);
    expect(await context.nodes.within(1000, opener.recv(t.string))).toBe("abc");
    // One that is shorter is shown whole.
    write(...header(1), 7);
    expect(await context.nodes.within(1000, opener.peek(64))).toMatchObject({
      bytes: Uint8Array.of(7),
      lengthBytes: 1,
    });
    expect(await context.nodes.within(1000, opener.recv(t.u8))).toBe(7);
  });

  it("takes a frame of exactly the limit, larger than its credit", async () => {
    const payload = new Uint8Array(LIMIT);
    payload.set([0xfd, 0xff, 0x03]); // 65 533 bytes follow
    write(...header(LIMIT));
    let rest = payload;
    const sending = (async () => {
      while (rest.length > 0) {
        rest = rest.subarray(stream.send.tryWrite(rest));
        if (rest.length > 0) await stream.send.drained();
      }
    })();
    const received = await context.nodes.within(5000, opener.recv(t.bytes));
    expect(received).toHaveLength(LIMIT - 3);
    await sending;
  });

  it("refuses to send what is over the limit, and sends the next", async () => {
    const failure = opener.send(t.bytes, new Uint8Array(LIMIT));
    await expect(failure).rejects.toMatchObject({ code: "tooLarge" });
    await context.nodes.within(1000, opener.send(t.bytes, new Uint8Array(5)));
  });

  it("closes with 103 at an end of the stream where a message is expected", async () => {
    stream.send.finish();
    await expect(context.nodes.within(1000, opener.recv(t.unit))).rejects.toMatchObject({ code: "ended" });
    expect(await closeCode()).toBe(103);
  });

  it("tells an end inside a message apart, and does not close", async () => {
    write(0, 0);
    stream.send.finish();
    await expect(context.nodes.within(1000, opener.recv(t.unit))).rejects.toMatchObject({ code: "truncated" });
    expect(connection.closeInfo()).toBeUndefined();
  });

  it("gives the peer's close code with the error", async () => {
    connection.close(10404, "StreamNotFound");
    const failure = context.nodes.within(1000, opener.recv(t.unit));
    await expect(failure).rejects.toMatchObject({ code: "closed", closeInfo: { by: "peer", code: 10404 } });
    await expect(opener.send(t.unit, undefined)).rejects.toMatchObject({ code: "closed" });
  });

  it("gives up on a message that does not come in time", async () => {
    const failure = context.nodes.within(1000, opener.recv(t.unit, { timeoutMs: 200 }));
    await expect(failure).rejects.toMatchObject({ code: "timeout" });
    // The next message is received all the same.
    write(0, 0, 0, 0);
    await context.nodes.within(1000, opener.recv(t.unit));
  });

  it("holds the peer back while what it sent is not released", async () => {
    let frames = 0;
    let delivered = 0;
    let released = 0;
    let unreleasedMax = 0;
    let end: LinkEnd | undefined;
    opener.receive(
      {
        onFrame: () => frames++,
        onDelivered: (bytes) => {
          delivered += bytes;
          unreleasedMax = Math.max(unreleasedMax, delivered - released);
        },
        onEnd: (how) => (end = how),
      },
      200_000,
    );
    const frame = new Uint8Array([...header(996), ...new Uint8Array(996)]);
    let sent = 0;
    const sending = (async () => {
      for (; sent < 5000; sent++) {
        for (let rest = frame; rest.length > 0;) {
          rest = rest.subarray(stream.send.tryWrite(rest));
          if (rest.length > 0) await stream.send.drained();
        }
      }
    })();
    await context.nodes.until(() => delivered >= 150_000, 5000, "the window to be used");
    expect(sent).toBeLessThan(5000);
    while (frames < 5000) {
      await context.nodes.until(() => delivered > released || frames === 5000, 5000, "more to be delivered");
      const due = delivered - released;
      released = delivered;
      opener.release(due);
    }
    await context.nodes.within(5000, sending);
    expect(frames).toBe(5000);
    // The beginning of a frame that is cut off costs no credit: one frame more than the window, at most.
    expect(unreleasedMax).toBeLessThanOrEqual(200_000 + frame.length);
    stream.send.finish();
    await context.nodes.until(() => end !== undefined, 1000, "the end");
    expect(end).toEqual({ kind: "ended" });
  });

  it("closes once: the first code counts", async () => {
    opener.close(CLOSE.success);
    opener.close(CLOSE.cancelled);
    expect(await closeCode()).toBe(200);
    expect(await context.nodes.within(1000, opener.closed)).toMatchObject({ by: "local", code: 200 });
  });
});
