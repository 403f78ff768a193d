import { describe, expect, it } from "vitest";
import { BadSignature, SignatureChecks } from "../../src/discovery/signature-checks.js";
import { PeerEntry, SignedPeerEntry } from "../../src/network/index.js";
import { PeerId } from "../../src/primitives/index.js";
import type { SignedItem } from "../../src/runtime/index.js";
import { PacedRuntime } from "../runtime/paced-runtime.js";
import { testNetwork, unchecked } from "./entries.js";

const BATCH = 32;

/** A world whose other thread answers when the test says so. */
class ManualRuntime extends PacedRuntime {
  readonly batches: { readonly size: number; readonly answer: () => void; readonly fail: (error: Error) => void }[] =
    [];

  override verifyBatch(items: readonly SignedItem[]): Promise<boolean[]> {
    return new Promise((resolve, reject) => {
      const answer = (): void => resolve(items.map((item) => this.isValid(item)));
      this.batches.push({ size: items.length, answer, fail: reject });
    });
  }

  /** `verify` without counting: the work of another thread. */
  private isValid({ publicKey, message, signature }: SignedItem): boolean {
    const before = this.verifications;
    const isValid = this.verify(publicKey, message, signature);
    this.verifications = before;
    return isValid;
  }
}

const keys = new PacedRuntime();

function signedOf(number: number): SignedPeerEntry {
  const secretKey = new Uint8Array(32);
  new DataView(secretKey.buffer).setUint32(0, number);
  const id = PeerId.fromBytes(keys.publicKey(secretKey));
  const entry = PeerEntry.create("0.4.2", testNetwork, { id, addrs: [] }, 1);
  return new SignedPeerEntry(entry, keys.sign(secretKey, unchecked(entry).digest().bytes));
}

const entries = Array.from({ length: 4 * BATCH }, (_, i) => signedOf(1 + i));
const forgedAt = (at: number): SignedPeerEntry[] =>
  entries.map((signed, i) => (i === at ? new SignedPeerEntry(signed.entry, entries[at + 1]!.signature) : signed));

/** Adds all, verifying here what the other thread is behind with. */
function addAll(checks: SignatureChecks, all: readonly SignedPeerEntry[]): void {
  for (const signed of all) {
    checks.add(signed);
    while (checks.areBehind()) checks.verifyOne();
  }
}

function finish(checks: SignatureChecks): void {
  while (checks.areLeft()) checks.verifyOne();
}

/** Lets verdicts that are there be seen. */
const seen = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("SignatureChecks", () => {
  it("verifies few here, and sends full batches away", () => {
    const world = new ManualRuntime();
    const few = new SignatureChecks(world);
    addAll(few, entries.slice(0, BATCH - 1));
    finish(few);
    expect([world.verifications, world.batches.length]).toEqual([BATCH - 1, 0]);
    addAll(new SignatureChecks(world), entries.slice(0, BATCH));
    expect(world.batches.map(({ size }) => size)).toEqual([BATCH]);
  });

  it("verifies everything although the other thread never answers", () => {
    const world = new ManualRuntime();
    const checks = new SignatureChecks(world);
    addAll(checks, entries);
    finish(checks);
    expect(world.batches.map(({ size }) => size)).toEqual([BATCH, BATCH]);
    expect(world.verifications).toBe(entries.length);
  });

  it("leaves to the other thread what that has done, and gives it more", async () => {
    const world = new ManualRuntime();
    const checks = new SignatureChecks(world);
    for (const signed of entries) {
      checks.add(signed);
      for (const { answer } of world.batches) answer();
      await seen();
      expect(checks.areBehind()).toBe(false);
    }
    expect(world.batches.map(({ size }) => size)).toEqual([BATCH, BATCH, BATCH, BATCH]);
    expect(checks.areLeft()).toBe(false);
    expect(world.verifications).toBe(0);
  });

  it("finds what is forged wherever it is verified", async () => {
    for (let at = 0; at < entries.length - 1; at++) {
      const silent = new SignatureChecks(new ManualRuntime());
      expect(() => {
        addAll(silent, forgedAt(at));
        finish(silent);
      }).toThrow(BadSignature);
      const world = new ManualRuntime();
      const answered = new SignatureChecks(world);
      await expect(
        (async () => {
          addAll(answered, forgedAt(at));
          for (const { answer } of world.batches) answer();
          await seen();
          finish(answered);
        })(),
      ).rejects.toMatchObject({ id: entries[at]!.entry.id });
    }
  });

  it("is over when a forged one was found in a batch, or a batch could not be verified", async () => {
    const world = new ManualRuntime();
    const checks = new SignatureChecks(world);
    addAll(checks, entries.slice(0, 2 * BATCH));
    const failure = new Error("a panic");
    world.batches[1]!.fail(failure);
    world.batches[0]!.answer();
    await seen();
    expect(checks.areLeft()).toBe(true);
    expect(() => checks.verifyOne()).toThrow(failure);
  });
});
