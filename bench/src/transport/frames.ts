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
    open: () => open(payloadBytes, unitsPerFrame, 1),
  };
}

/** The bare addon: every frame to each of several processes; frames a second that arrive in total. */
export function bareFanOut(payloadBytes: number, receivers: number): Contender {
  return {
    name: `@mosaik/iroh, 1 to ${receivers}`,
    setup:
      `bare addon, release build; QUIC with TLS 1.3; 1 to ${receivers}, each in a process of its own, direct over loopback, ` +
      "no relay",
    requires: [],
    open: () => open(payloadBytes, receivers, receivers),
  };
}

async function open(payloadBytes: number, unitsPerFrame: number, count: number): Promise<Session> {
  const receivers = Array.from({ length: count }, () =>
    Child.start<FrameReceiver>(new URL("frame-receiver.role.js", import.meta.url)),
  );
  const sender = Child.start<FrameSender>(new URL("frame-sender.role.js", import.meta.url));
  const load = await loadOf(
    [sender, ...receivers],
    async () => {
      const addrs = await Promise.all(receivers.map((receiver) => receiver.ask("listen", payloadBytes)));
      await sender.ask("connect", { addrs, payloadBytes });
    },
    (frames) =>
      Promise.all([...receivers.map((receiver) => receiver.ask("expect", frames)), sender.ask("send", frames)]),
  );
  return throughput(load, Math.ceil(8_000_000 / payloadBytes / count), unitsPerFrame);
}
