import { stream, t, type Network, type TicketValidator } from "mosaik";
import { expect } from "vitest";
import type { TdxNode } from "../../src/index.js";
import { gather, until, within } from "../setup.js";

const SOON_MS = 10_000;

/** A stream in each direction, at whose TypeScript end a validator decides whether the Rust node may take part. */
export interface Gate {
  /** Datums flow in both directions. */
  admits(): Promise<void>;
  /** Rust's consumer is sent away, and Rust's producer is not subscribed to: for this reason, in the consumer's events. */
  refuses(reason: string): Promise<void>;
}

export async function openGate(ts: Network, rust: TdxNode, validator: TicketValidator, name = "gate"): Promise<Gate> {
  const [toRust, toTs] = [`${name} to rust`, `${name} to ts`] as const;
  const producer = stream(toRust, t.string).producer(ts, { requireConsumerTicket: validator });
  const consumer = stream(toTs, t.string).consumer(ts, { requireProducerTicket: validator });
  const [atProducer, atConsumer] = [gather(producer.events()), gather(consumer.events())];
  const rustProducer = await rust.produce({ streamId: toTs });
  const rustConsumer = await rust.consume({ streamId: toRust });
  return {
    async admits() {
      await within(4 * SOON_MS, consumer.when().subscribed(), "the subscription to Rust");
      await rustProducer.send([toTs]);
      expect(await within(SOON_MS, consumer.recv(), "the datum of Rust")).toBe(toTs);
      await within(4 * SOON_MS, producer.send(toRust), "the subscription of Rust");
      expect(await rustConsumer.received(1)).toEqual([toRust]);
    },
    async refuses(reason) {
      await until(SOON_MS, () => atProducer.length > 0 && atConsumer.length > 0, "the refusals");
      for (const event of atProducer) expect(event).toMatchObject({ kind: "refused", code: 10_403 });
      for (const event of atConsumer) {
        expect(event).toMatchObject({
          kind: "refused",
          code: undefined,
          reason: expect.stringContaining(reason) as string,
        });
      }
    },
  };
}
