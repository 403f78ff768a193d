import type { SignedPeerEntry } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import type { Runtime, SignedItem } from "../runtime/index.js";

/** Signatures that are verified together: some ms of work for another thread. */
const BATCH_MAX = 64;
/** So few are verified at once and here: the way to another thread would cost more. */
const HERE_MAX = 2;
/** Batches of one message on their way: more threads at work would leave this one no core on a small machine. */
const IN_FLIGHT_MAX = 2;

/** An entry of a message is not signed by the peer that it describes. */
export class BadSignature extends Error {
  override readonly name = "BadSignature";
  constructor(readonly id: PeerId) {
    super(`the signature of the entry of ${id.short()} is not valid`);
  }
}

/** Verifies the signatures of the entries of one message in batches, beside the event loop where there are many. */
export class SignatureChecks {
  readonly #runtime: Runtime;
  #batch: SignedPeerEntry[] = [];
  /** Oldest first; each is what it found, and never rejects. */
  readonly #inFlight: Promise<BadSignature | undefined>[] = [];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  add(signed: SignedPeerEntry): void {
    this.#batch.push(signed);
    if (this.#batch.length === BATCH_MAX) this.#send();
  }

  /** Whether enough is on its way: `if (checks.areBehind()) await checks.catchUp()` between two entries. */
  areBehind(): boolean {
    return this.#inFlight.length >= IN_FLIGHT_MAX;
  }

  /** Resolves when the oldest batch is checked. @throws BadSignature */
  async catchUp(): Promise<void> {
    const bad = await this.#inFlight.shift();
    if (bad !== undefined) throw bad;
  }

  /** Resolves when every entry is checked. @throws BadSignature */
  async finish(): Promise<void> {
    if (this.#batch.length <= HERE_MAX) {
      const forged = this.#batch.find((signed) => !isAuthentic(this.#runtime, signed));
      if (forged !== undefined) throw new BadSignature(forged.entry.id);
    } else {
      this.#send();
    }
    while (this.#inFlight.length > 0) await this.catchUp();
  }

  #send(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#inFlight.push(findForged(this.#runtime, batch));
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
