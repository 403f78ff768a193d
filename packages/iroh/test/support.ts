import { randomBytes } from "node:crypto";
import { afterEach, beforeEach } from "vitest";
import type { Connection, Endpoint, EndpointOptions, RecvStream, StreamEnd } from "../src/index.js";
import { iroh } from "../src/index.js";

export const testAlpn = "mosaik-iroh-test/1";

export function randomSecret(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}

/** An endpoint on loopback without a relay. */
export function bindLocal(options: Partial<EndpointOptions> = {}): Promise<Endpoint> {
  return iroh.bind({
    secretKey: randomSecret(),
    alpns: [testAlpn],
    relay: "none",
    bindAddrs: ["127.0.0.1:0"],
    ...options,
  });
}

/** One connection between two endpoints, as both sides see it. */
export async function connectPair(
  dialler: Endpoint,
  acceptor: Endpoint,
): Promise<{ near: Connection; far: Connection }> {
  const [near, far] = await Promise.all([dialler.dial(acceptor.addr(), [testAlpn]), acceptor.accept()]);
  if (far === undefined) throw new Error("the acceptor is closed");
  return { near, far };
}

/** A connection of its own for each test, between endpoints that are closed behind it. */
export function useConnection(): { near: Connection; far: Connection } {
  const context = {} as { near: Connection; far: Connection };
  let endpoints: Endpoint[];
  beforeEach(async () => {
    endpoints = [await bindLocal(), await bindLocal()];
    Object.assign(context, await connectPair(endpoints[0]!, endpoints[1]!));
  });
  afterEach(async () => {
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  });
  return context;
}

/** Everything up to a stream's end. */
export function readAll(recv: RecvStream): Promise<{ bytes: Uint8Array; end: StreamEnd }> {
  const chunks: Uint8Array[] = [];
  return new Promise((resolve) => {
    recv.start(
      (chunk) => {
        chunks.push(chunk);
        recv.grant(chunk.length);
      },
      (end) => resolve({ bytes: new Uint8Array(Buffer.concat(chunks)), end }),
      1_048_576,
    );
  });
}

/** Settles as `promise` does, or rejects after `ms` with an error that names `what`. */
export function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Resolves once `condition` holds, or rejects after `ms` with an error that names `what`. */
export async function until(condition: () => boolean, ms: number, what: string): Promise<void> {
  const deadlineMs = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
