import { hold, serve } from "../harness/role.js";
import { Arrivals } from "../harness/arrivals.js";
import { datumsOf, type Datums, type Kind } from "./datums.js";
import { join, type NodeAddress } from "./node.js";

const arrivals = new Arrivals();

/** Takes datums as a program does, one by one, and makes sure that each is the next. */
async function consume(items: AsyncIterable<unknown>, datums: Datums<unknown>): Promise<void> {
  for await (const item of items) {
    if (!datums.isRight(item, arrivals.count)) throw new Error(`datum ${arrivals.count} was lost or is another`);
    arrivals.add();
  }
}

const commands = {
  async join({ network: networkId, kind, bootstrap }: { network: string; kind: Kind; bootstrap: NodeAddress }) {
    const network = hold(await join(networkId, [bootstrap]));
    const datums = datumsOf(kind);
    void consume(hold(datums.stream.consumer(network)), datums);
  },
  expect: (count: number) => arrivals.expect(count),
};
export type ConsumerRole = typeof commands;
serve(commands);
