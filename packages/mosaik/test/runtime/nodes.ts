import type { Connection, Endpoint, RecvStream, Runtime, SendStream, StreamEnd } from "../../src/runtime/index.js";

export const alpn = "test/1";

/** An endpoint of a node, with a key from the node's own randomness. */
export function bind(runtime: Runtime): Promise<Endpoint> {
  return runtime.transport.bind({ secretKey: runtime.random.bytes(32), alpns: [alpn] });
}

/** One connection between two endpoints. */
export async function connect(dialler: Endpoint, acceptor: Endpoint): Promise<[Connection, Connection]> {
  const [near, far] = await Promise.all([dialler.dial(acceptor.addr(), [alpn]), acceptor.accept()]);
  return [near, far!];
}

/** A stream as its writer and its reader see it, with one byte on it. */
export async function openStream(near: Connection, far: Connection): Promise<{ send: SendStream; recv: RecvStream }> {
  const send = await near.openUni();
  send.tryWrite(Uint8Array.of(0));
  return { send, recv: await far.acceptUni() };
}

/** What a reader saw, in order. */
export function record(recv: RecvStream): { bytes: number; end: StreamEnd | undefined } {
  const seen: { bytes: number; end: StreamEnd | undefined } = { bytes: 0, end: undefined };
  recv.start(
    (chunk) => (seen.bytes += chunk.length),
    (end) => (seen.end = end),
    1_000_000,
  );
  return seen;
}
