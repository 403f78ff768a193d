import type { Contender, Session } from "../benchmark.js";
import { throughput } from "../harness/throughput.js";
import { RUST_MOSAIK, RUST_SETUP, RustNodes, rustPeer } from "./rust-peer.js";

/** A stream of byte strings between two Rust nodes. */
export interface RustLoad {
  readonly payloadBytes: number;
  /** How many items Rust queues for a subscriber. Of one that is further behind it drops the items, or the subscription. */
  readonly bufferItems: number;
  /** How many may be accepted and not yet sent: fewer than the buffer holds, so that nothing is lost. */
  readonly window: number;
  readonly firstCount: number;
  readonly unitsPerItem: number;
}

/** Rust mosaik, held back enough that it loses nothing. */
export function rustStream(load: RustLoad): Contender {
  return {
    name: RUST_MOSAIK,
    setup: `${RUST_SETUP}; byte strings of ${load.payloadBytes} bytes, buffer of ${load.bufferItems} items, so that it drops none`,
    requires: [rustPeer],
    open: () => open(load),
  };
}

async function open({ payloadBytes, bufferItems, window, firstCount, unitsPerItem }: RustLoad): Promise<Session> {
  const nodes = await RustNodes.start();
  try {
    const source = await nodes.join("bench");
    const producer = await source.produce("bytes", { streamId: "bench", bufferSize: bufferItems });
    const sink = await nodes.join("bench", source);
    const consumer = await sink.consume("bytes", { streamId: "bench", quiet: true });
    await producer.subscribed();
    let accepted = 0;
    let received = 0;
    const move = async (count: number): Promise<void> => {
      const sent = await producer.sendMany({ count, payloadBytes, window, start: accepted });
      accepted += sent.accepted;
      received = (await consumer.counted(accepted)).count;
    };
    const remarks = (): string => `accepted ${accepted}, received ${received}`;
    return throughput({ move, remarks, close: () => nodes.close() }, firstCount, unitsPerItem);
  } catch (error) {
    await nodes.close();
    throw error;
  }
}
