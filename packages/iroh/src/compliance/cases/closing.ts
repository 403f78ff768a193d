import {
  assert,
  assertClosed,
  assertEndedByClose,
  assertEquals,
  assertRejects,
  assertThrows,
  assertUndefined,
} from "../assert.js";
import {
  connect,
  connectPair,
  openPair,
  pattern,
  Reader,
  silence,
  utf8,
  writeAll,
  writeUntilError,
} from "../exchange.js";
import { behaviour, complianceAlpn, type ComplianceCase } from "../harness.js";

export const closingCases: readonly ComplianceCase[] = [
  behaviour("a close carries its code and reason to the peer, from either side", async (harness) => {
    const [dialler, acceptor] = await Promise.all([harness.bind(), harness.bind()]);
    const closes: [code: number, reason: string][] = [
      [0, ""],
      [200, "Success"],
      [4_294_967_295, "größte"],
    ];
    for (const [code, reason] of closes) {
      for (const closer of [0, 1] as const) {
        const sides = await connect(dialler, acceptor);
        sides[closer].close(code, closer === 0 ? reason : utf8(reason));
        assertClosed(await sides[closer].closed, "local", code, reason);
        assertClosed(await sides[1 - closer]!.closed, "peer", code, reason);
        for (const side of sides) assert(side.closeInfo() === (await side.closed), "closeInfo differs from closed");
      }
    }
  }),

  behaviour("the local close information is there at once", async (harness) => {
    const { near } = await connectPair(harness);
    near.close(5, "now");
    assertClosed(near.closeInfo(), "local", 5, "now");
  }),

  behaviour("a second close changes nothing", async (harness) => {
    const { near, far } = await connectPair(harness);
    near.close(1, "first");
    near.close(2, "second");
    assertClosed(await near.closed, "local", 1, "first");
    assertClosed(await far.closed, "peer", 1, "first");
    far.close(3, "third");
    assertClosed(far.closeInfo(), "peer", 1, "first");
  }),

  behaviour("a close by the peer ends a reader that waits", async (harness) => {
    const { near, far } = await connectPair(harness);
    const [, incoming] = await openPair(near, far, utf8("some"));
    const reader = new Reader(incoming.recv);
    await reader.received(4);
    near.close(42, "enough");
    assertClosed(assertEndedByClose(await reader.end), "peer", 42, "enough");
    assertEquals(reader.bytes().length, 4, "bytes received");
  }),

  behaviour("a local close ends a reader that waits", async (harness) => {
    const { near, far } = await connectPair(harness);
    const [, incoming] = await openPair(near, far, utf8("some"));
    const reader = new Reader(incoming.recv);
    await reader.received(4);
    far.close(43, "leaving");
    assertClosed(assertEndedByClose(await reader.end), "local", 43, "leaving");
  }),

  behaviour("a close fails a writer that waits for room, on either side", async (harness) => {
    for (const closer of ["near", "far"] as const) {
      const pair = await connectPair(harness);
      const [opened] = await openPair(pair.near, pair.far, Uint8Array.of(0));
      const writing = writeUntilError(opened.send);
      pair[closer].close(44, "stop");
      const error = await assertRejects(writing, "closed", "a writer that waits");
      assertClosed(error.closeInfo, closer === "near" ? "local" : "peer", 44, "stop");
    }
  }),

  behaviour("a close fails whoever waits for a stream", async (harness) => {
    const { near, far } = await connectPair(harness);
    const waits = [near.acceptBi(), near.acceptUni(), far.acceptBi(), far.acceptUni()];
    const errors = Promise.all(waits.map((wait) => assertRejects(wait, "closed", "waiting for a stream")));
    near.close(45, "");
    const [nearBi, nearUni, farBi, farUni] = await errors;
    for (const error of [nearBi, nearUni]) assertClosed(error!.closeInfo, "local", 45, "");
    for (const error of [farBi, farUni]) assertClosed(error!.closeInfo, "peer", 45, "");
  }),

  behaviour("operations on a closed connection fail with closed and say why", async (harness) => {
    const { near, far } = await connectPair(harness);
    const [opened, incoming] = await openPair(near, far, utf8("x"));
    near.close(46, "over");
    await far.closed;
    for (const [side, by, send] of [
      [near, "local", opened.send],
      [far, "peer", incoming.send],
    ] as const) {
      const errors = [
        await assertRejects(side.openBi(), "closed", "openBi"),
        await assertRejects(side.openUni(), "closed", "openUni"),
        await assertRejects(side.acceptBi(), "closed", "acceptBi"),
        await assertRejects(side.acceptUni(), "closed", "acceptUni"),
        assertThrows(() => send.tryWrite(utf8("y")), "closed", "tryWrite"),
        await assertRejects(send.drained(), "closed", "drained"),
        await assertRejects(send.acknowledged(), "closed", "acknowledged"),
      ];
      for (const error of errors) assertClosed(error.closeInfo, by, 46, "over");
      send.reset(1);
    }
    incoming.recv.stop(1);
  }),

  behaviour("what the peer had before a close is delivered first or not at all, then one end", async (harness) => {
    const { near, far } = await connectPair(harness);
    const send = await near.openUni();
    const sent = pattern(5_000, 9);
    await writeAll(send, sent);
    send.finish();
    const recv = await far.acceptUni();
    await send.acknowledged();
    near.close(0, "");
    await far.closed;
    const reader = new Reader(recv);
    const end = await reader.end;
    const received = reader.bytes();
    assert(
      received.every((byte, i) => byte === sent[i]),
      "other bytes than those sent were delivered",
    );
    if (end.kind === "finished") assertEquals(received.length, sent.length, "bytes of a finished stream");
    else assertClosed(assertEndedByClose(end), "peer", 0, "");
  }),

  behaviour("an answer that is followed by the reader's close is never lost", async (harness) => {
    const { near, far } = await connectPair(harness);
    const [opened, incoming] = await openPair(near, far, utf8("ask"));
    await writeAll(incoming.send, utf8("reply"));
    const reader = new Reader(opened.recv);
    await reader.received(5);
    near.close(200, "Success");
    assertClosed(await far.closed, "peer", 200, "Success");
  }),

  behaviour("closing an endpoint closes its connections with code 0", async (harness) => {
    const { dialler, acceptor, near, far } = await connectPair(harness);
    const [secondNear, secondFar] = await connect(dialler, acceptor);
    await acceptor.close();
    for (const side of [near, secondNear]) assertClosed(await side.closed, "peer", 0, "");
    for (const side of [far, secondFar]) assertClosed(await side.closed, "local", 0, "");
  }),

  behaviour("accept gives undefined once the endpoint is closed", async (harness) => {
    const endpoint = await harness.bind();
    const waiting = endpoint.accept();
    await Promise.all([endpoint.close(), endpoint.close()]);
    assertUndefined(await waiting, "a pending accept");
    assertUndefined(await endpoint.accept(), "a later accept");
    await endpoint.close();
  }),

  behaviour("dials of a closed endpoint fail with closed, those under way too", async (harness) => {
    const [dialler, acceptor] = await Promise.all([harness.bind(), harness.bind()]);
    const pending = assertRejects(dialler.dial(silence, [complianceAlpn]), "closed", "a dial under way");
    await acceptor.close();
    await dialler.close();
    await pending;
    await assertRejects(dialler.dial(acceptor.addr(), [complianceAlpn]), "closed", "a dial of a closed endpoint");
  }),
];
