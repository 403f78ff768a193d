import type { Contender, Session } from "../benchmark.js";
import { Child } from "../harness/child.js";
import { loadOf, throughput } from "../harness/throughput.js";
import type { FrameReceiver } from "./frame-receiver.role.js";
import type { FrameSender } from "./frame-sender.role.js";

/**
 * The bare addon: frames of one size from one process to another, over a stream of one connection.
 *
 * @param unitsPerFrame 1 for frames a second
 */
export function bareFrames(payloadBytes: number, unitsPerFrame: number, name = "@mosaik/iroh"): Contender {
  return {
    name,
    setup: "bare addon, release build; QUIC with TLS 1.3; two processes, direct over loopback, no relay",
    requires: [],
    open: () => open(payloadBytes, unitsPerFrame),
  };
}

async function open(payloadBytes: number, unitsPerFrame: number): Promise<Session> {
  const receiver = Child.start<FrameReceiver>(new URL("frame-receiver.role.js", import.meta.url));
  const sender = Child.start<FrameSender>(new URL("frame-sender.role.js", import.meta.url));
  const load = await loadOf(
    [sender, receiver],
    async () => sender.ask("connect", { addr: await receiver.ask("listen", payloadBytes), payloadBytes }),
    (frames) => Promise.all([receiver.ask("expect", frames), sender.ask("send", frames)]),
  );
  return throughput(load, Math.ceil(8_000_000 / payloadBytes), unitsPerFrame);
}
