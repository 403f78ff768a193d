import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection } from "../../src/collections/index.js";
import { func, type FunctionError } from "../../src/functions/index.js";
import type { Network } from "../../src/node/index.js";
import { tdx } from "../../src/tee/index.js";
import { available } from "../functions/functions.js";
import { useNodes } from "../nodes.js";
import { Data1, Data2 } from "../streams/data.js";
import { recorded } from "../streams/recorded.js";
import { MEASURED, standIn, TEST_ROOT } from "./guest/hardware.js";

const u64 = t.u64.asNumber();
const { mrtd, rtmr1, rtmr2 } = MEASURED;
/** What the program of these tests was measured as, on genuine hardware: that of the tests' own root. */
const attested = tdx({ measurements: { mrtd, rtmr1, rtmr2 }, root: TEST_ROOT, collateral: "none" });
/** How long one that is kept out is watched, in ms. */
const WATCHED_MS = 3000;

const ANOTHER_PROGRAM = { rtmrs: [MEASURED.rtmr0, rtmr1, new Uint8Array(48).fill(0xff), MEASURED.rtmr3] };
const UNDER_DEBUG = { tdAttributes: Uint8Array.of(1, 0, 0, 0x10, 0, 0, 0, 0) };

async function attest(network: Network, quote: Parameters<typeof standIn>[0] = {}): Promise<void> {
  await (await network.tdx({ source: standIn(quote) })).installOwnTicket({ lifetimeMs: 3_600_000 });
}

describe("who proves by TDX what runs in it", () => {
  const context = useNodes();

  /** One that is attested, one with another program, one under debug, one that proves nothing. */
  async function joinFour(): Promise<[Network, Network, Network, Network, Network]> {
    const { nodes } = context;
    const all = (await nodes.joinMany(5)) as [Network, Network, Network, Network, Network];
    await attest(all[1]);
    await attest(all[2], ANOTHER_PROGRAM);
    await attest(all[3], UNDER_DEBUG);
    return all;
  }

  it("is consumed, and nobody else is", async () => {
    const { nodes } = context;
    const [gate, genuine, ...others] = await joinFour();
    const producer = genuine.streams.produce(Data1);
    for (const other of others) other.streams.produce(Data1);
    const consumer = gate.streams.consume(Data1, { requireProducerTicket: attested });
    const events = recorded(consumer.events());
    await nodes.discoverAll(gate, genuine, ...others);
    await nodes.within(5000, consumer.when().subscribed(), "the attested producer");
    const refused = (): Set<unknown> =>
      new Set(events.flatMap((event) => (event.kind === "refused" ? [event.producer] : [])));
    await nodes.until(() => refused().size === 3, 5000, "the others to be turned away");
    expect(refused()).toEqual(new Set(others.map(({ local }) => local.id)));
    await nodes.within(5000, producer.send("measured"));
    expect(await nodes.within(5000, consumer.recv())).toBe("measured");
  });

  it("may consume, and nobody else may", async () => {
    const { nodes } = context;
    const [gate, genuine, ...others] = await joinFour();
    const producer = gate.streams.producer(Data1, { requireConsumerTicket: attested });
    const events = recorded(producer.events());
    const consumers = [genuine, ...others].map((network) => network.streams.consume(Data1));
    await nodes.discoverAll(gate, genuine, ...others);
    await nodes.within(5000, consumers[0]!.when().subscribed(), "the attested consumer");
    const refused = (): Set<unknown> =>
      new Set(events.flatMap((event) => (event.kind === "refused" ? [event.consumer] : [])));
    await nodes.until(() => refused().size === 3, 5000, "the others to be refused");
    expect(producer.consumers().map(({ consumerId }) => consumerId)).toEqual([genuine.local.id]);
  });

  it("may call and be called, and nobody else", async () => {
    const { nodes } = context;
    const [gate, genuine, ...others] = await joinFour();
    const Echo = func("mosaik.test.tee.echo", { request: Data1, response: Data2 });
    const options = { requireCallerTicket: attested, requireHandlerTicket: attested };
    await attest(gate);
    Echo.handle(gate, (request) => request, options);
    for (const other of others) Echo.handle(other, () => "forged", options);
    await nodes.discoverAll(gate, genuine, ...others);
    const caller = Echo.caller(genuine, options);
    await available(nodes, caller);
    for (let i = 0; i < 5; i++) expect(await nodes.within(10_000, caller("measured"), "the answer")).toBe("measured");
    for (const other of others) {
      const call = Echo.caller(other, options)("let me in", { timeoutMs: 2000 });
      const error: unknown = await nodes.within(10_000, call, "the refusal").catch((error: unknown) => error);
      // It is asked again and again: whether one more attempt is under way when the time is up is chance.
      expect(error).toMatchObject({ code: expect.stringMatching(/^(rejected|timeout)$/) as string });
      const [refusal, ...more] = (error as FunctionError).attempts.filter(({ outcome }) => outcome !== "abandoned");
      expect(refusal).toMatchObject({ peer: gate.local.id, outcome: "rejected", closeCode: 11_403 });
      for (const attempt of more) expect(attempt).toMatchObject({ outcome: "rejected", closeCode: 11_403 });
    }
  });

  it("shares a group's collection, and nobody else sees any of it", async () => {
    const { nodes } = context;
    const [gate, genuine, other, debug] = await joinFour();
    const Measured = collection.map("mosaik.test.tee.measured", u64, u64, { requireTicket: attested });
    await attest(gate);
    await nodes.discoverAll(gate, genuine, other, debug);
    const writer = Measured.writer(gate);
    const reader = Measured.reader(genuine);
    await nodes.within(30_000, Promise.all([writer.when().online(), reader.when().online()]), "the group");
    await nodes.within(10_000, writer.insert(1, 2), "the write");
    await nodes.until(() => reader.get(1) === 2, 10_000, "the write to arrive");
    for (const outsider of [other, debug]) {
      const online = Measured.reader(outsider).when().online().toPromise({ timeoutMs: WATCHED_MS });
      await expect(nodes.within(WATCHED_MS + 1000, online)).rejects.toMatchObject({ code: "timeout" });
    }
  });
});
