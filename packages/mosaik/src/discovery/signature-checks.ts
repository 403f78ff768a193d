import type { SignedPeerEntry } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import type { Runtime, SignedItem } from "../runtime/index.js";

/** Signatures that are verified together: a ms or two of work for another thread. */
const BATCH_MAX = 32;
/** Batches of one message on their way: one at work, and one for it to go on with until this thread looks again. */
const IN_FLIGHT_MAX = 2;

/** An entry of a message is not signed by the peer that it describes. */
export class BadSignature extends Error {
  override readonly name = "BadSignature";
  constructor(readonly id: PeerId) {
    super(`the signature of the entry of ${id.short()} is not valid`);
  }
}

/**
 * Verifies the signatures of the entries of one message: in batches beside the event loop, and here as far as the other thread is
 * behind. That is of low priority: on a busy machine it may be behind for long, and nothing here waits for it.
 */
export class SignatureChecks {
  readonly #runtime: Runtime;
  #waiting: SignedPeerEntry[] = [];
  /** The batches on their way, oldest first: what of each was not verified here meanwhile. */
  readonly #inFlight = new Set<SignedPeerEntry[]>();
  #failure: Error | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  add(signed: SignedPeerEntry): void {
    this.#waiting.push(signed);
    this.#sendFull();
  }

  /** Whether to call `verifyOne` until this is false again, before another is added. */
  areBehind(): boolean {
    return this.#waiting.length >= BATCH_MAX;
  }

  /** Whether to call `verifyOne` when nothing is added any more: every signature is verified once this is false. */
  areLeft(): boolean {
    return this.#waiting.length > 0 || this.#inFlight.size > 0 || this.#failure !== undefined;
  }

  /** Verifies one that nobody else does, or else the one that the other thread comes to last. @throws BadSignature */
  verifyOne(): void {
    if (this.#failure !== undefined) throw this.#failure;
    const from = this.#waiting.length > 0 ? this.#waiting : [...this.#inFlight].at(-1);
    const signed = from?.pop();
    if (from === undefined || signed === undefined) return;
    if (from.length === 0) this.#inFlight.delete(from);
    if (!isAuthentic(this.#runtime, signed)) throw new BadSignature(signed.entry.id);
  }

  #sendFull(): void {
    if (this.#waiting.length < BATCH_MAX || this.#inFlight.size >= IN_FLIGHT_MAX) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#inFlight.add(batch);
    const settle = (failure: Error | undefined): void => {
      this.#failure ??= failure;
      this.#inFlight.delete(batch);
      this.#sendFull();
    };
    findForged(this.#runtime, [...batch]).then(settle, settle);
  }
}

/** `verifySignature` by the hash of the runtime, which is native where there is a native one. */
export function isAuthentic(runtime: Runtime, signed: SignedPeerEntry): boolean {
  const { publicKey, message, signature } = itemOf(runtime, signed);
  return runtime.verify(publicKey, message, signature);
}

async function findForged(runtime: Runtime, batch: readonly SignedPeerEntry[]): Promise<BadSignature | undefined> {
  const verdicts = await runtime.verifyBatch(batch.map((signed) => itemOf(runtime, signed)));
  const forged = batch.find((_, i) => verdicts[i] !== true);
  return forged === undefined ? undefined : new BadSignature(forged.entry.id);
}

function itemOf(runtime: Runtime, { entry, encoded, signature }: SignedPeerEntry): SignedItem {
  const message = runtime.hash(encoded.subarray(0, encoded.length - signature.length));
  return { publicKey: entry.id.bytes, message, signature };
}
