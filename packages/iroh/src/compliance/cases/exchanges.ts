import type { BiStream, Connection, Endpoint, Exchange } from "../../transport.js";
import { assert, assertBytes, assertClosed, assertEquals, assertRejects, assertThrows } from "../assert.js";
import { accepted, Reader, silence, utf8, writeAll } from "../exchange.js";
import { behaviour, complianceAlpn, type ComplianceCase, type ComplianceHarness } from "../harness.js";

const MAX_BYTES = 1_000;

export const exchangeCases: readonly ComplianceCase[] = [
  behaviour("an exchange sends its message, takes the answer, and ends as its owner says", async (harness) => {
    const { exchange, far, stream } = await begin(harness, utf8("ping"));
    await read(stream, 4);
    assert(exchange.isSent, "isSent after the peer has read the message");
    // In pieces, and with more behind it: with the last of them, since nobody reads on after the answer.
    for (const byte of [0, 0, 0, 4, ...utf8("pon")]) await writeAll(stream.send, Uint8Array.of(byte));
    await writeAll(stream.send, Uint8Array.of(...utf8("g"), 1, 2, 3));
    assertBytes(await exchange.answer, utf8("pong"), "the answer");
    assert(far.closeInfo() === undefined, "the connection is open until the owner closes it");
    exchange.close(200, "done");
    exchange.close(1, "twice");
    assertClosed(await far.closed, "peer", 200, "done");
    assert(exchange.isSent, "isSent at the end");
  }),

  behaviour("an exchange takes an answer of the limit, and none that is longer", async (harness) => {
    const longest = new Uint8Array(MAX_BYTES).fill(7);
    const taken = await begin(harness, utf8("a"));
    await writeAll(taken.stream.send, Uint8Array.of(0, 0, 3, 0xe8, ...longest));
    assertBytes(await taken.exchange.answer, longest, "the longest answer");
    taken.exchange.close(0, "");
    const refused = await begin(harness, utf8("a"));
    await writeAll(refused.stream.send, Uint8Array.of(0, 0, 3, 0xe9));
    await assertRejects(refused.exchange.answer, "tooLarge", "an answer over the limit");
    refused.exchange.close(400, "too large");
    assertClosed(await refused.far.closed, "peer", 400, "too large");
  }),

  behaviour("an exchange fails as its stream ends: without an answer, inside it, reset", async (harness) => {
    const ends: [(stream: BiStream) => void | Promise<void>, "ended" | "truncated" | "reset"][] = [
      [({ send }) => send.finish(), "ended"],
      [({ send }) => writeAll(send, Uint8Array.of(0, 0)).then(() => send.finish()), "truncated"],
      [({ send }) => writeAll(send, Uint8Array.of(0, 0, 0, 2, 1)).then(() => send.finish()), "truncated"],
      [({ send }) => send.reset(5), "reset"],
    ];
    for (const [end, code] of ends) {
      const { exchange, stream } = await begin(harness, utf8("a"));
      await end(stream);
      const error = await assertRejects(exchange.answer, code, `a stream that is ${code}`);
      if (code === "reset") assertEquals(error.streamCode, 5, "the code of the reset");
      assert(exchange.isSent, "isSent after the message was read");
      exchange.close(0, "");
    }
  }),

  behaviour("an exchange that the peer closes fails with its code", async (harness) => {
    const { exchange, far } = await begin(harness, utf8("a"));
    far.close(11_404, "no such function");
    const error = await assertRejects(exchange.answer, "closed", "an exchange that the peer closed");
    assertClosed(error.closeInfo, "peer", 11_404, "no such function");
    exchange.close(0, "");
  }),

  behaviour("an exchange that its owner closes is cancelled, and the peer hears the code", async (harness) => {
    const { exchange, far } = await begin(harness, utf8("a"));
    exchange.close(102, "cancelled");
    await assertRejects(exchange.answer, "cancelled", "an exchange that was closed");
    assert(exchange.isSent, "isSent after the peer has accepted the stream");
    assertClosed(await far.closed, "peer", 102, "cancelled");
  }),

  behaviour("an exchange that is closed while it dials sends nothing, then or later", async (harness) => {
    const [dialler, acceptor] = await Promise.all([harness.bind(), harness.bind()]);
    const dead = dialler.exchange(silence, complianceAlpn, utf8("a"), MAX_BYTES);
    dead.close(102, "");
    await assertRejects(dead.answer, "cancelled", "an exchange with nobody");
    assert(!dead.isSent, "isSent of an exchange with nobody");
    const early = dialler.exchange(acceptor.addr(), complianceAlpn, utf8("early"), MAX_BYTES);
    early.close(102, "");
    await assertRejects(early.answer, "cancelled", "an exchange that was closed at once");
    assert(!early.isSent, "isSent of an exchange that was closed at once");
    // Whatever the acceptor has seen of the first, the message that it reads is the second's.
    const second = dialler.exchange(acceptor.addr(), complianceAlpn, utf8("later"), MAX_BYTES);
    for (;;) {
      const far = await accepted(acceptor);
      const stream = await far.acceptBi().catch(() => undefined);
      if (stream === undefined) continue;
      assertBytes(await read(stream, 5), utf8("later"), "the message that arrives");
      break;
    }
    second.close(0, "");
    await second.answer.catch(() => {});
  }),

  behaviour("an exchange fails as a dial does, and is not sent", async (harness) => {
    const [dialler, acceptor] = await Promise.all([harness.bind(), harness.bind()]);
    const nowhere = { ...silence, directAddrs: [] };
    const failures = [
      [() => dialler.exchange(acceptor.addr(), "unknown/1", utf8("a"), MAX_BYTES), "alpnRefused"],
      [() => dialler.exchange(dialler.addr(), complianceAlpn, utf8("a"), MAX_BYTES), "selfDial"],
      [() => dialler.exchange(nowhere, complianceAlpn, utf8("a"), MAX_BYTES), "noAddress"],
    ] as const;
    for (const [start, code] of failures) {
      const exchange = start();
      await assertRejects(exchange.answer, code, `an exchange that fails with ${code}`);
      assert(!exchange.isSent, `isSent after ${code}`);
      exchange.close(0, "");
      assert(!exchange.isSent, `isSent after ${code} and a close`);
    }
  }),

  behaviour("an exchange whose endpoint closes fails with closed, and says whether it was sent", async (harness) => {
    const { dialler, exchange } = await begin(harness, utf8("a"));
    const dead = dialler.exchange(silence, complianceAlpn, utf8("a"), MAX_BYTES);
    const failures = [
      assertRejects(exchange.answer, "closed", "a sent one"),
      assertRejects(dead.answer, "closed", "another"),
    ];
    await dialler.close();
    await Promise.all(failures);
    assert(exchange.isSent && !dead.isSent, "isSent after the endpoint was closed");
    exchange.close(0, "");
    dead.close(0, "");
    assert(exchange.isSent && !dead.isSent, "isSent after a close");
    assertThrows(() => dialler.exchange(silence, complianceAlpn, utf8("a"), 1), "closed", "on a closed endpoint");
  }),

  behaviour("an exchange with unusable arguments is refused", async (harness) => {
    const dialler = await harness.bind();
    const calls: (() => unknown)[] = [
      () => dialler.exchange({ ...silence, id: "x" }, complianceAlpn, utf8("a"), 1),
      () => dialler.exchange(silence, "", utf8("a"), 1),
      () => dialler.exchange(silence, complianceAlpn, new Uint8Array(0), 1),
      () => dialler.exchange(silence, complianceAlpn, utf8("a"), -1),
      () => dialler.exchange(silence, complianceAlpn, utf8("a"), 2 ** 32),
    ];
    for (const [i, call] of calls.entries()) assertThrows(call, "invalidArgument", `argument ${i}`);
    const unparsable = dialler.exchange({ ...silence, directAddrs: ["x"] }, complianceAlpn, utf8("a"), 1);
    await assertRejects(unparsable.answer, "invalidArgument", "an address that does not parse");
    assertThrows(() => unparsable.close(-1, ""), "invalidArgument", "the code of a close");
    unparsable.close(0, "");
  }),
];

/** An exchange whose message has begun to arrive. */
async function begin(
  harness: ComplianceHarness,
  message: Uint8Array,
): Promise<{ dialler: Endpoint; exchange: Exchange; far: Connection; stream: BiStream }> {
  const [dialler, acceptor] = await Promise.all([harness.bind(), harness.bind()]);
  const exchange = dialler.exchange(acceptor.addr(), complianceAlpn, message, MAX_BYTES);
  const far = await accepted(acceptor);
  return { dialler, exchange, far, stream: await far.acceptBi() };
}

async function read({ recv }: BiStream, bytes: number): Promise<Uint8Array> {
  const reader = new Reader(recv);
  await reader.received(bytes);
  return reader.bytes();
}
