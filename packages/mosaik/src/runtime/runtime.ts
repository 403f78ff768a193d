import type { SignedItem } from "@mosaik/iroh";
import type { Transport } from "@mosaik/iroh/transport";
import type { Diagnostics } from "./diagnostics.js";
import type { Udp } from "./udp.js";

export type { SignedItem };

/** Ends a timer. Calling it after the timer ran, or twice, does nothing. */
export type CancelTimer = () => void;

/** A source of randomness. Real nodes draw from the system, simulated nodes from a seed of their own. */
export interface Random {
  /** An integer, uniform in [0, 2^32). */
  u32(): number;
  /** A number, uniform in [0, 1). */
  unit(): number;
  /** Random bytes. */
  bytes(length: number): Uint8Array;
}

/**
 * The outside world of one node (DESIGN §2). Every worker is handed this object and reaches for nothing else: that is what lets
 * whole nodes run in virtual time, reproducible from a seed.
 */
export interface Runtime {
  /** Milliseconds since the Unix epoch. May jump. */
  wallMs(): number;
  /** Milliseconds on a clock that never goes back; fractions where the platform has them. */
  monoMs(): number;
  /**
   * Runs `task` once after `delayMs`. A timer that fires late, as after a pause of the process, is put once behind the input
   * that is already waiting, so that a core sees what arrived in time before it is told that time is up.
   */
  after(delayMs: number, task: () => void): CancelTimer;
  /** Runs `task` after the current turn of the event loop, once pending input was seen. Tasks run in the order given. */
  soon(task: () => void): void;
  readonly random: Random;
  readonly transport: Transport;
  /** Datagrams beside the transport, which the DHT needs; `undefined` in a world without them. */
  readonly udp: Udp | undefined;
  /** The Ed25519 public key, 32 bytes, of a 32-byte seed (RFC 8032). */
  publicKey(secretKey: Uint8Array): Uint8Array;
  /** The Ed25519 signature, 64 bytes, of `message` (RFC 8032). */
  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** Strict Ed25519 verification as of spec 01 §1.5: no small-order points, no non-canonical S; 32 and 64 bytes. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** `verify` for many signatures, beside the event loop. The verdicts come in the order of the items. */
  verifyBatch(items: readonly SignedItem[]): Promise<boolean[]>;
  /** Whether 32 bytes are a public key by Rust's rule: they decompress to a curve point (spec 01 §1.5). */
  isPublicKey(bytes: Uint8Array): boolean;
  /** BLAKE3, 32 bytes. */
  hash(bytes: Uint8Array): Uint8Array;
  /** Who listens to what happens in the node. */
  readonly diagnostics: Diagnostics;
  /** The longest that the event loop was held up lately, in ms. */
  loopDelayMs(): number;
  /** A listener, predicate or handler of the user threw: the world says so, the worker goes on. */
  report(error: unknown, where: string): void;
}
