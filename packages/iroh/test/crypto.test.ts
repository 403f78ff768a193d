import { describe, expect, it } from "vitest";
import { blake3, isPublicKey, publicKey, sign, verify, verifyBatch } from "../src/index.js";
import { describeSignatures } from "./signature-cases.js";

describe("Ed25519", () => describeSignatures({ publicKey, sign, verify, verifyBatch, isPublicKey }));

describe("BLAKE3", () => {
  it("gives the hashes of the reference implementation", () => {
    expect(toHex(blake3(new Uint8Array(0)))).toBe("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    expect(toHex(blake3(new TextEncoder().encode("abc")))).toBe(
      "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
    );
  });

  it("names an argument of the wrong type", () => {
    expect(() => blake3({} as Uint8Array)).toThrow(expect.objectContaining({ code: "invalidArgument" }));
  });
});

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
