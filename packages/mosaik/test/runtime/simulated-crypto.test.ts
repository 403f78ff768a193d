import { describe, expect, it } from "vitest";
import { SeededRandom, standInCrypto } from "../../src/runtime/index.js";

describe("the stand-in for Ed25519", () => {
  const random = new SeededRandom("crypto");

  it("accepts what it signed and nothing that was altered in a single bit", () => {
    for (const length of [0, 1, 31, 32, 33, 200]) {
      const secretKey = random.bytes(32);
      const message = random.bytes(length);
      const publicKey = standInCrypto.publicKey(secretKey);
      const signature = standInCrypto.sign(secretKey, message);
      expect(signature.length).toBe(64);
      expect(standInCrypto.verify(publicKey, message, signature)).toBe(true);
      for (const [which, bytes] of [publicKey, message, signature].entries()) {
        for (let bit = 0; bit < bytes.length * 8; bit++) {
          const altered = [publicKey, message, signature].map((part) => part.slice());
          altered[which]![bit >> 3]! ^= 1 << (bit & 7);
          expect(standInCrypto.verify(altered[0]!, altered[1]!, altered[2]!)).toBe(false);
        }
      }
      expect(standInCrypto.verify(publicKey, new Uint8Array([...message, 0]), signature)).toBe(false);
      expect(standInCrypto.verify(publicKey, message, signature.subarray(1))).toBe(false);
    }
  });

  it("gives every secret another key", () => {
    const keys = new Set<string>();
    for (let i = 0; i < 5_000; i++) keys.add(standInCrypto.publicKey(random.bytes(32)).join());
    expect(keys.size).toBe(5_000);
  });

  it("hashes with BLAKE3", () => {
    const hex = [...standInCrypto.hash(new TextEncoder().encode("my-app"))].map((b) => b.toString(16).padStart(2, "0"));
    expect(hex.join("")).toBe("e03989181c8f0a8f6d7dd41c2780886a44dce46ee9419d91d2c2b99851afd811");
  });
});
