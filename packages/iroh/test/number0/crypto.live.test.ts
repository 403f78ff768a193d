import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isPublicKey, nativeAvailable, publicKey, sign, verify } from "../../src/index.js";
import { randomSecret } from "../support.js";
import { describeSignatures } from "../signature-cases.js";
import { number0 } from "./support.js";

describe.runIf(number0 !== undefined)("Ed25519 of @number0/iroh", () => {
  // Its functions are not there to take where it is not installed.
  if (number0 !== undefined) describeSignatures(number0);

  it.runIf(nativeAvailable())("decides as the native part does", () => {
    for (let i = 0; i < 500; i++) {
      const [secret, message, noise] = [randomSecret(), randomBytes(i), randomSecret()];
      const key = number0!.publicKey(secret);
      const signature = number0!.sign(secret, message);
      expect(key).toEqual(publicKey(secret));
      expect(signature).toEqual(sign(secret, message));
      signature[i % 64]! ^= 1 << (i % 8);
      expect(number0!.verify(key, message, signature)).toBe(verify(key, message, signature));
      expect(number0!.isPublicKey(noise)).toBe(isPublicKey(noise));
      expect(number0!.verify(noise, message, signature)).toBe(verify(noise, message, signature));
    }
  });
});
