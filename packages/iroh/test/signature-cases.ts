import { expect, it } from "vitest";
import { TransportError, type SignedItem } from "../src/index.js";
import { randomSecret } from "./support.js";

/** What signs and verifies. */
export interface Signatures {
  readonly publicKey: (secretKey: Uint8Array) => Uint8Array;
  readonly sign: (secretKey: Uint8Array, message: Uint8Array) => Uint8Array;
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
  readonly verifyBatch: (items: readonly SignedItem[]) => Promise<boolean[]>;
  readonly isPublicKey: (bytes: Uint8Array) => boolean;
}

/** RFC 8032 §7.1: the first three vectors, and the one of the SHA-512 hash of "abc". */
const vectors = [
  {
    secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    public: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    public: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    secret: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    public: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" +
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
  {
    secret: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    public: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    message:
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    signature:
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589" +
      "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  },
].map((vector) => ({
  secret: fromHex(vector.secret),
  public: fromHex(vector.public),
  message: fromHex(vector.message),
  signature: fromHex(vector.signature),
}));

/** Points of small order, in every encoding that decompresses (the lists of RFC 7748 users and of ed25519-dalek's own tests). */
const smallOrder = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
].map(fromHex);

/** The order of the base point, little-endian: adding it to `s` makes a second encoding of one signature. */
const groupOrder = fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

/** Describes Ed25519 as every implementation decides it. */
export function describeSignatures({ publicKey, sign, verify, verifyBatch, isPublicKey }: Signatures): void {
  it.each(vectors)("follows RFC 8032 ($message.length bytes)", (vector) => {
    expect(publicKey(vector.secret)).toEqual(vector.public);
    expect(sign(vector.secret, vector.message)).toEqual(vector.signature);
    expect(verify(vector.public, vector.message, vector.signature)).toBe(true);
  });

  it("refuses a signature that differs in any byte, and any other message or key", () => {
    const { public: key, message, signature } = vectors[2]!;
    for (let i = 0; i < signature.length; i++) {
      const changed = signature.slice();
      changed[i]! ^= 1;
      expect(verify(key, message, changed)).toBe(false);
    }
    expect(verify(key, fromHex("af83"), signature)).toBe(false);
    expect(verify(vectors[1]!.public, message, signature)).toBe(false);
  });

  it("refuses the second encoding of a signature", () => {
    const { public: key, message, signature } = vectors[1]!;
    const second = signature.slice();
    let carry = 0;
    for (let i = 0; i < 32; i++) {
      const sum = second[32 + i]! + groupOrder[i]! + carry;
      second[32 + i] = sum & 0xff;
      carry = sum >> 8;
    }
    expect(verify(key, message, second)).toBe(false);
  });

  it("refuses keys and commitments of small order", () => {
    const message = new TextEncoder().encode("anything");
    const { public: honest } = vectors[0]!;
    for (const point of smallOrder) {
      // With s = 0 and a key of small order, lax verification accepts R of small order for one message in eight.
      for (const commitment of smallOrder) {
        for (let i = 0; i < 8; i++) {
          const signature = new Uint8Array([...commitment, ...new Uint8Array(32)]);
          expect(verify(point, Uint8Array.of(...message, i), signature)).toBe(false);
        }
      }
      expect(verify(honest, message, new Uint8Array([...point, ...new Uint8Array(32)]))).toBe(false);
    }
  });

  it("knows which bytes are a point of the curve", () => {
    for (const vector of vectors) expect(isPublicKey(vector.public)).toBe(true);
    for (const point of smallOrder) expect(isPublicKey(point)).toBe(true);
    expect(isPublicKey(fromHex(`02${"00".repeat(31)}`))).toBe(false);
    expect(isPublicKey(new Uint8Array(31))).toBe(false);
    expect(isPublicKey(new Uint8Array(0))).toBe(false);
  });

  it("verifies a batch in order, away from this thread", async () => {
    const secret = randomSecret();
    const key = publicKey(secret);
    const items = Array.from({ length: 200 }, (_, i) => {
      const message = new Uint8Array(i).fill(i);
      const signature = sign(secret, message);
      if (i % 3 === 0) signature[0]! ^= 1;
      return { publicKey: key, message, signature };
    });
    expect(await verifyBatch(items)).toEqual(items.map((_, i) => i % 3 !== 0));
    expect(await verifyBatch([])).toEqual([]);
  });

  it("names an argument of the wrong length or type", async () => {
    const { secret, public: key, message, signature } = vectors[0]!;
    const calls = [
      () => publicKey(secret.subarray(1)),
      () => publicKey("secret" as unknown as Uint8Array),
      () => sign(secret.subarray(1), message),
      () => sign(secret, undefined as unknown as Uint8Array),
      () => verify(key.subarray(1), message, signature),
      () => verify(key, message, signature.subarray(1)),
      () => isPublicKey(null as unknown as Uint8Array),
    ];
    for (const call of calls) expect(call).toThrow(expect.objectContaining({ code: "invalidArgument" }));
    const torn = verifyBatch([{ publicKey: key, message, signature: signature.subarray(1) }]);
    await expect(torn).rejects.toThrow(TransportError);
  });
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}
