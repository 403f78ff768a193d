import type { Connection } from "../../transport.js";
import { assert, assertEquals, assertRejects, assertUndefined } from "../assert.js";
import { accepted, connect, connectPair, openPair, Reader, roundTrips, silence, utf8, writeAll } from "../exchange.js";
import { behaviour, complianceAlpn, type ComplianceCase } from "../harness.js";

export const connectingCases: readonly ComplianceCase[] = [
  behaviour("a connection knows the remote id, the protocol and its side at both ends", async (harness) => {
    const { dialler, acceptor, near, far } = await connectPair(harness);
    assertEquals(near.remoteId, acceptor.id, "the dialler's remoteId");
    assertEquals(far.remoteId, dialler.id, "the acceptor's remoteId");
    for (const side of [near, far]) assertEquals(side.alpn, complianceAlpn, "alpn");
    assertEquals(near.side, "dialler", "side");
    assertEquals(far.side, "acceptor", "side");
    for (const side of [near, far]) assertUndefined(side.closeInfo(), "closeInfo of an open connection");
  }),

  behaviour(
    "the acceptor's order decides among several offered protocols",
    async (harness) => {
      const dialler = await harness.bind();
      const acceptor = await harness.bind({ alpns: ["preferred/1", "second/1", "last/1"] });
      const choices: [offered: string[], chosen: string][] = [
        [["last/1", "second/1", "preferred/1"], "preferred/1"],
        [["unknown/1", "last/1", "second/1"], "second/1"],
        [["last/1"], "last/1"],
      ];
      for (const [offered, chosen] of choices) {
        const [near, far] = await Promise.all([dialler.dial(acceptor.addr(), offered), accepted(acceptor)]);
        assertEquals(near.alpn, chosen, "the dialler's alpn");
        assertEquals(far.alpn, chosen, "the acceptor's alpn");
      }
    },
    { needs: ["severalAlpns"] },
  ),

  behaviour("a dial without a common protocol fails with alpnRefused and is never accepted", async (harness) => {
    const [dialler, acceptor] = await Promise.all([harness.bind(), harness.bind()]);
    await assertRejects(dialler.dial(acceptor.addr(), ["unknown/1"]), "alpnRefused", "a dial with an unknown protocol");
    const [near, far] = await connect(dialler, acceptor);
    assertEquals(far.alpn, complianceAlpn, "the first connection that is accepted");
    await roundTrips(near, far, 1);
  }),

  behaviour("an endpoint that dials itself fails with selfDial", async (harness) => {
    const endpoint = await harness.bind();
    await assertRejects(endpoint.dial(endpoint.addr(), [complianceAlpn]), "selfDial", "a dial to oneself");
  }),

  behaviour("a bare id that nobody knows fails with noAddress", async (harness) => {
    const endpoint = await harness.bind();
    const nowhere = { ...silence, directAddrs: [] };
    await assertRejects(endpoint.dial(nowhere, [complianceAlpn]), "noAddress", "a dial without an address");
  }),

  behaviour(
    "a dial to a closed endpoint fails with unreachable",
    async (harness) => {
      const [dialler, acceptor] = await Promise.all([harness.bind({ idleTimeoutMs: 2_000 }), harness.bind()]);
      const addr = acceptor.addr();
      await acceptor.close();
      await assertRejects(dialler.dial(addr, [complianceAlpn]), "unreachable", "a dial to a closed endpoint");
    },
    { limitMs: 45_000 },
  ),

  behaviour("a dial with an aborted signal fails with cancelled", async (harness) => {
    const [dialler, acceptor] = await Promise.all([harness.bind(), harness.bind()]);
    const dial = dialler.dial(acceptor.addr(), [complianceAlpn], { signal: AbortSignal.abort() });
    await assertRejects(dial, "cancelled", "a dial that was cancelled before");
  }),

  behaviour("a dial is cancelled while it waits for an answer", async (harness) => {
    const dialler = await harness.bind();
    const abort = new AbortController();
    const dial = dialler.dial(silence, [complianceAlpn], { signal: abort.signal });
    const acceptor = await harness.bind();
    await connect(dialler, acceptor);
    abort.abort();
    await assertRejects(dial, "cancelled", "a dial that was cancelled meanwhile");
  }),

  behaviour("a signal that is aborted after the dial leaves the connection alone", async (harness) => {
    const [dialler, acceptor] = await Promise.all([harness.bind(), harness.bind()]);
    const abort = new AbortController();
    const [near, far] = await Promise.all([
      dialler.dial(acceptor.addr(), [complianceAlpn], { signal: abort.signal }),
      accepted(acceptor),
    ]);
    abort.abort();
    await roundTrips(near, far, 1);
  }),

  behaviour("dials complete before they are accepted, and none is lost", async (harness) => {
    const acceptor = await harness.bind();
    const diallers = await Promise.all(Array.from({ length: 8 }, () => harness.bind()));
    const near = await Promise.all(diallers.map((dialler) => dialler.dial(acceptor.addr(), [complianceAlpn])));
    const seen = new Set<string>();
    for (const _ of near) seen.add((await accepted(acceptor)).remoteId);
    assertEquals(seen.size, near.length, "different peers accepted");
  }),

  behaviour("a dialler that stays silent delays no other", async (harness) => {
    const [silent, speaker, acceptor] = await Promise.all([harness.bind(), harness.bind(), harness.bind()]);
    const serve = async (connection: Connection): Promise<void> => {
      const { send, recv } = await connection.acceptBi();
      await writeAll(send, await new Reader(recv).toEnd());
      send.finish();
    };
    const served = (async () => {
      for (;;) serve(await accepted(acceptor)).catch(() => {});
    })();
    served.catch(() => {});
    const mute = await silent.dial(acceptor.addr(), [complianceAlpn]);
    await mute.openBi();
    const connection = await speaker.dial(acceptor.addr(), [complianceAlpn]);
    const { send, recv } = await connection.openBi();
    await writeAll(send, utf8("hello"));
    send.finish();
    assertEquals((await new Reader(recv).toEnd()).length, 5, "bytes echoed");
    assertUndefined(mute.closeInfo(), "closeInfo of the silent connection");
  }),

  behaviour("two endpoints that dial each other at once have two connections", async (harness) => {
    const [one, two] = await Promise.all([harness.bind(), harness.bind()]);
    const [fromOne, fromTwo, atTwo, atOne] = await Promise.all([
      one.dial(two.addr(), [complianceAlpn]),
      two.dial(one.addr(), [complianceAlpn]),
      accepted(two),
      accepted(one),
    ]);
    await Promise.all([roundTrips(fromOne, atTwo, 2), roundTrips(fromTwo, atOne, 2)]);
    fromOne.close(7, "");
    await atTwo.closed;
    assertUndefined(fromTwo.closeInfo(), "closeInfo of the other connection");
    await roundTrips(fromTwo, atOne, 1);
  }),

  behaviour(
    "1,000 connections open, talk and close without a leak",
    async (harness) => {
      const [dialler, acceptor] = await Promise.all([harness.bind(), harness.bind()]);
      const before = harness.openHandles?.();
      const answer = async (connection: Connection): Promise<void> => {
        const { send, recv } = await connection.acceptBi();
        await new Reader(recv).received(1);
        await writeAll(send, Uint8Array.of(2));
        await connection.closed;
      };
      const ask = async (): Promise<void> => {
        const [connection] = await Promise.all([
          dialler.dial(acceptor.addr(), [complianceAlpn]),
          accepted(acceptor).then((far) => void answer(far).catch(() => {})),
        ]);
        const [{ send, recv }] = await Promise.all([connection.openBi()]);
        await writeAll(send, Uint8Array.of(1));
        await new Reader(recv).received(1);
        connection.close(200, "done");
        await connection.closed;
      };
      for (let batch = 0; batch < 50; batch++) await Promise.all(Array.from({ length: 20 }, ask));
      if (before === undefined) return;
      await harness.until(() => harness.openHandles!() <= before, 15_000, "every connection to be released");
    },
    { limitMs: 60_000 },
  ),

  behaviour("connections to one peer do not share their streams", async (harness) => {
    const { dialler, acceptor, near, far } = await connectPair(harness);
    const [secondNear, secondFar] = await connect(dialler, acceptor);
    const [, first] = await openPair(near, far, utf8("first"));
    const [, second] = await openPair(secondNear, secondFar, utf8("second"));
    const readers = [new Reader(first.recv), new Reader(second.recv)] as const;
    await Promise.all([readers[0].received(5), readers[1].received(6)]);
    assert(readers[0].totalBytes === 5 && readers[1].totalBytes === 6, "bytes crossed over to another connection");
  }),
];
