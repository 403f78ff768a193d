import type { Connection, RecvStream } from "@mosaik/iroh/transport";
import { TransportError } from "@mosaik/iroh/transport";

const DRAIN_CREDIT_BYTES = 16 * 1024;

/**
 * Takes what a peer gossips and drops it. Rust never dials a peer again whose announce protocol it once found refused, so the
 * protocol is accepted before gossip is spoken.
 */
export async function drainAnnouncements(connection: Connection): Promise<void> {
  try {
    for (;;) drain(await connection.acceptUni());
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
  }
}

function drain(stream: RecvStream): void {
  stream.start(
    (chunk) => stream.grant(chunk.length),
    () => {},
    DRAIN_CREDIT_BYTES,
  );
}
