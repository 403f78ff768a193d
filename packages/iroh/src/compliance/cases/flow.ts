import { assert, assertBytes, assertEquals } from "../assert.js";
import { connectPair, openPair, pattern, Reader, roundTrips, utf8, writeAll } from "../exchange.js";
import { behaviour, type ComplianceCase } from "../harness.js";

/** More than any window and buffer between a writer and a reader without credit. */
const moreThanFitsBytes = 32 * 1_048_576;

export const flowCases: readonly ComplianceCase[] = [
  behaviour("a reader without credit holds the writer back, and credit lets it go on", async (harness) => {
    const { near, far } = await connectPair(harness);
    const [opened, incoming] = await openPair(near, far, Uint8Array.of(0));
    const reader = new Reader(incoming.recv, 1_000, false);
    let takenBytes = 0;
    let shortWrites = 0;
    let isWritten = false;
    const block = new Uint8Array(1_048_576);
    const writing = (async () => {
      while (takenBytes < moreThanFitsBytes) {
        const taken = opened.send.tryWrite(block);
        takenBytes += taken;
        if (taken === block.length) continue;
        shortWrites++;
        await opened.send.drained();
      }
      isWritten = true;
      opened.send.finish();
    })();
    await reader.received(1_000);
    await roundTrips(near, far, 5);
    assert(!isWritten, `${takenBytes} bytes were taken for a reader with a credit of 1000`);
    assert(shortWrites > 0, "no write was short");
    assertEquals(reader.totalBytes, 1_000, "bytes delivered on a credit of 1000");
    reader.grant(2 * moreThanFitsBytes);
    await writing;
    assertEquals((await reader.toEnd()).length, takenBytes + 1, "bytes received");
  }),

  behaviour("credit is kept to the byte", async (harness) => {
    const { near, far } = await connectPair(harness);
    const [opened, incoming] = await openPair(near, far, Uint8Array.of(0));
    const sent = pattern(50_000, 2);
    await writeAll(opened.send, sent);
    opened.send.finish();
    await opened.send.acknowledged();
    const reader = new Reader(incoming.recv, 1, false);
    let grantedBytes = 1;
    for (const step of [1, 2, 3, 999, 1, 7_000, 40_000]) {
      await reader.received(grantedBytes);
      assertEquals(reader.totalBytes, grantedBytes, "bytes delivered");
      reader.grant(step);
      grantedBytes += step;
    }
    reader.grant(50_000);
    assertBytes((await reader.toEnd()).subarray(1), sent, "what was read");
  }),

  behaviour("a stream that starts without credit delivers nothing until it is granted", async (harness) => {
    const { near, far } = await connectPair(harness);
    const [opened, incoming] = await openPair(near, far, utf8("waiting"));
    const reader = new Reader(incoming.recv, 0, false);
    await roundTrips(near, far, 3);
    assertEquals(reader.totalBytes, 0, "bytes delivered without credit");
    reader.grant(7);
    await reader.received(7);
    opened.send.finish();
    reader.grant(1);
    assertBytes(await reader.toEnd(), utf8("waiting"), "what was read");
  }),

  behaviour("a stream that is not read does not hold up another", async (harness) => {
    const { near, far } = await connectPair(harness);
    const [stuck] = await openPair(near, far, Uint8Array.of(0));
    const block = new Uint8Array(65_536);
    const filling = (async () => {
      for (;;) await writeAll(stuck.send, block);
    })();
    filling.catch(() => {});
    const [opened, incoming] = await openPair(near, far, Uint8Array.of(0));
    const reader = new Reader(incoming.recv);
    const sent = pattern(3_000_000, 4);
    await writeAll(opened.send, sent);
    opened.send.finish();
    assertBytes((await reader.toEnd()).subarray(1), sent, "what was read");
    near.close(0, "");
  }),

  behaviour(
    "a small window bounds what is taken for a reader without credit",
    async (harness) => {
      const { near, far } = await connectPair(harness, {
        acceptor: { streamReceiveWindowBytes: 65_536 },
        dialler: { sendWindowBytes: 262_144 },
      });
      const [opened, incoming] = await openPair(near, far, Uint8Array.of(0));
      let takenBytes = 0;
      const block = new Uint8Array(16_384);
      const writing = (async () => {
        while (takenBytes < 4_194_304) {
          const taken = opened.send.tryWrite(block);
          takenBytes += taken;
          if (taken < block.length) await opened.send.drained();
        }
        opened.send.finish();
      })();
      await roundTrips(near, far, 5);
      assert(takenBytes < 2_097_152, `${takenBytes} bytes were taken on windows of 64 and 256 KiB`);
      const reader = new Reader(incoming.recv, 65_536);
      await writing;
      assertEquals((await reader.toEnd()).length, takenBytes + 1, "bytes received");
    },
    { needs: ["limits"] },
  ),
];
