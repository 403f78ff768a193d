import type {
  BiStream,
  Connection,
  Endpoint,
  EndpointAddr,
  EndpointOptions,
  RecvStream,
  SendStream,
  StreamEnd,
} from "../transport.js";
import { assert } from "./assert.js";
import { complianceAlpn, type ComplianceHarness } from "./harness.js";

/** A peer that no endpoint of a harness is, at an address where nothing answers (the discard port). The id is a valid key. */
export const silence: EndpointAddr = {
  id: "fd1ec4432880b07aff25d3503f3c820f8a07119eea15040fc547c083b75ec2fd",
  relayUrls: [],
  directAddrs: ["127.0.0.1:9"],
};

/** Two endpoints and one connection between them. */
export interface Pair {
  readonly dialler: Endpoint;
  readonly acceptor: Endpoint;
  /** The dialler's side of the connection. */
  readonly near: Connection;
  /** The acceptor's side of the connection. */
  readonly far: Connection;
}

/** Binds two endpoints and connects them. */
export async function connectPair(
  harness: ComplianceHarness,
  options: { dialler?: Partial<EndpointOptions>; acceptor?: Partial<EndpointOptions> } = {},
): Promise<Pair> {
  const [dialler, acceptor] = await Promise.all([harness.bind(options.dialler), harness.bind(options.acceptor)]);
  const [near, far] = await connect(dialler, acceptor);
  return { dialler, acceptor, near, far };
}

/** One more connection between two endpoints, as both sides see it. The acceptor must have no other dial to accept. */
export async function connect(dialler: Endpoint, acceptor: Endpoint): Promise<[near: Connection, far: Connection]> {
  return Promise.all([dialler.dial(acceptor.addr(), [complianceAlpn]), accepted(acceptor)]);
}

/** The endpoint's next connection. @throws ComplianceFailure where the endpoint closed instead. */
export async function accepted(endpoint: Endpoint): Promise<Connection> {
  const connection = await endpoint.accept();
  assert(connection !== undefined, "accept: the endpoint is closed");
  return connection;
}

/** A stream in both directions as both sides see it; `first` was written to it and waits to be read at the far side. */
export async function openPair(near: Connection, far: Connection, first: Uint8Array): Promise<[BiStream, BiStream]> {
  const opened = await near.openBi();
  await writeAll(opened.send, first);
  return [opened, await far.acceptBi()];
}

/** Writes everything, waiting for room where it must. */
export async function writeAll(send: SendStream, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    const taken = send.tryWrite(bytes.subarray(offset));
    assert(Number.isInteger(taken) && taken >= 0 && taken <= bytes.length - offset, `tryWrite returned ${taken}`);
    offset += taken;
    if (offset < bytes.length) await send.drained();
  }
}

/** Writes until the stream fails. Only a test that provokes the failure ends. */
export async function writeUntilError(send: SendStream): Promise<never> {
  const block = pattern(65_536, 1);
  for (;;) await writeAll(send, block);
}

/** Reads a stream and checks what the contract says of its callbacks. */
export class Reader {
  /** The bytes received so far. */
  totalBytes = 0;
  /** How the stream ended; never settles after a `stop`. */
  readonly end: Promise<StreamEnd>;
  readonly #recv: RecvStream;
  readonly #chunks: Uint8Array[] = [];
  readonly #arrivals: { bytes: number; resolve: () => void }[] = [];
  #grantedBytes: number;
  #hasEnded = false;
  #violation: string | undefined;

  /**
   * Starts delivery.
   *
   * @param creditBytes the credit to begin with
   * @param refill whether credit is given back for each chunk, so that the stream flows on
   */
  constructor(recv: RecvStream, creditBytes = 1_048_576, refill = true) {
    this.#recv = recv;
    this.#grantedBytes = creditBytes;
    this.end = new Promise((resolve) => {
      recv.start(
        (chunk) => {
          this.#take(chunk);
          if (refill) this.grant(chunk.length);
        },
        (end) => {
          if (this.#hasEnded) this.#violation ??= "onEnd was called twice";
          this.#hasEnded = true;
          resolve(end);
        },
        creditBytes,
      );
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Adds credit. */
  grant(bytes: number): void {
    this.#grantedBytes += bytes;
    this.#recv.grant(bytes);
  }

  /** Everything received so far. @throws ComplianceFailure where a callback broke the contract. */
  bytes(): Uint8Array {
    assert(this.#violation === undefined, this.#violation ?? "");
    const all = new Uint8Array(this.totalBytes);
    let offset = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  /** Resolves once so many bytes were received in total. */
  async received(bytes: number): Promise<void> {
    if (this.totalBytes < bytes) await new Promise<void>((resolve) => this.#arrivals.push({ bytes, resolve }));
  }

  /** Waits for the clean end and returns everything. @throws ComplianceFailure where the stream ended otherwise. */
  async toEnd(): Promise<Uint8Array> {
    const end = await this.end;
    assert(end.kind === "finished", `a stream's end: expected finished, got ${describeEnd(end)}`);
    return this.bytes();
  }

  #take(chunk: Uint8Array): void {
    if (this.#hasEnded) this.#violation ??= "a chunk came after the end";
    if (chunk.length === 0) this.#violation ??= "an empty chunk was delivered";
    this.#chunks.push(chunk);
    this.totalBytes += chunk.length;
    if (this.totalBytes > this.#grantedBytes) {
      this.#violation ??= `${this.totalBytes} bytes were delivered on a credit of ${this.#grantedBytes}`;
    }
    for (const arrival of this.#arrivals) if (this.totalBytes >= arrival.bytes) arrival.resolve();
  }
}

/** Sends a few bytes there and back: whatever was sent before on the connection had every chance to arrive. */
export async function roundTrips(near: Connection, far: Connection, count: number): Promise<void> {
  const [opened, incoming] = await openPair(near, far, Uint8Array.of(0));
  const there = new Reader(incoming.recv);
  const back = new Reader(opened.recv);
  for (let i = 1; i <= count; i++) {
    await there.received(i);
    await writeAll(incoming.send, Uint8Array.of(i));
    await back.received(i);
    if (i < count) await writeAll(opened.send, Uint8Array.of(i));
  }
  opened.send.finish();
  incoming.send.finish();
  await Promise.all([there.end, back.end]);
}

/** Bytes that are cheap to make and that a lost, doubled or swapped piece would change. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed + 1) * 0x9e3779b1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** UTF-8 of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An end in words, with the reason of a connection that closed. */
function describeEnd(end: StreamEnd): string {
  if (end.kind !== "closed") return end.kind;
  const { info } = end;
  if (info.by === "transport") return `closed by a transport failure: ${info.message}`;
  return `closed by ${info.by}${"code" in info ? ` with ${info.code}` : ""}`;
}
