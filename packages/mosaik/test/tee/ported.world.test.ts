import { describe, expect, it } from "vitest";
import type { Network } from "../../src/node/index.js";
import { fromHex, type PeerId } from "../../src/primitives/index.js";
import { tdx } from "../../src/tee/index.js";
import { useNodes } from "../nodes.js";
import { Data1 } from "../streams/data.js";
import { recorded } from "../streams/recorded.js";
import { standIn, TEST_ROOT } from "./guest/hardware.js";

/** What the Rust test demands: one image, of its author. */
const MRTD = "91eb2b44d141d4ece09f0c75c2c53d247a3c68edd7fafe8a3520c942a604a407de03ae6dc5f87f27428b2538873118b7";
const RTMR1 = "87e50edd90e2f9d53a7f2a9bd51c1069a454b827f0e1002577c54e1c2a5985689f9d0cd8104a40fe7e1751e496b97ce8";
const RTMR2 = "024159bb9157d05c9b0952e5d924790761e39c92135ffe1387fd0ab1d94a68fb1c61541859dc6de0f2b3147e25303b7c";

/** Gives a node a ticket by hardware that has measured this as its application. */
async function attest(node: Network, rtmr2: string): Promise<void> {
  const [mrtd, ...rtmrs] = [MRTD, "00".repeat(48), RTMR1, rtmr2].map((digits) => fromHex(digits)!);
  const guest = await node.tdx({ source: standIn({ mrtd: mrtd!, rtmrs }) });
  node.discovery.addTicket(await guest.ticket());
}

/** Quotes are under a root of ours, in place of hardware. */
describe("tests/tickets/tdx.rs", () => {
  const context = useNodes();

  // There n2 has a ticket that n1 has as well, and is refused all the same; here it is another image's.
  it("stream_consumer", async () => {
    const { nodes } = context;
    const [n0, n1, n2, n3] = (await nodes.joinMany(4)) as [Network, Network, Network, Network];
    await attest(n1, RTMR2);
    await attest(n2, "ff".repeat(48));
    const producers = [n1, n2, n3].map((node) => node.streams.produce(Data1));
    const measurements = { mrtd: MRTD, rtmr1: RTMR1, rtmr2: RTMR2 };
    const consumer = n0.streams.consume(Data1, {
      requireProducerTicket: tdx({ measurements, root: TEST_ROOT, collateral: "none" }),
    });
    const events = recorded(consumer.events());
    await nodes.discoverAll(n0, n1, n2, n3);

    await nodes.within(5000, consumer.when().subscribed(), "the attested producer");
    const refused = (): ReadonlyMap<PeerId, string> =>
      new Map(events.flatMap((event) => (event.kind === "refused" ? [[event.producer, event.reason]] : [])));
    await nodes.until(() => refused().size === 2, 5000, "the others to be turned away");
    expect(refused().get(n2.local.id)).toContain("another rtmr2 than is demanded");
    expect(refused().get(n3.local.id)).toContain("no ticket");
    expect(consumer.producers().map(({ producerId }) => producerId)).toEqual([n1.local.id]);

    await nodes.within(5000, producers[0]!.send("hello"));
    expect(await nodes.within(5000, consumer.recv())).toBe("hello");
  });
});
