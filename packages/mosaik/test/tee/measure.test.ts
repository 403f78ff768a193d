import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { toHex } from "../../src/primitives/index.js";
import { MeasureError } from "../../src/tee/measure/errors.js";
import { mrtdOf } from "../../src/tee/measure/mrtd.js";
import { rtmr2Of } from "../../src/tee/measure/rtmr.js";

/** The firmware of spec 07 §7.7. */
function syntheticFirmware(): Uint8Array {
  const image = new Uint8Array(16_384);
  const view = new DataView(image.buffer);
  for (let i = 0; i < 0x2000; i++) image[i] = i & 0xff;
  const put = (at: number, ...words: number[]): void =>
    words.forEach((word, i) => view.setUint32(at + 4 * i, word, true));
  put(0x3000, 0x46564454, 112, 1, 3);
  put(0x3010, 0, 0x2000, 0xffc00000, 0, 0x2000, 0, 0, 1);
  put(0x3030, 0, 0, 0x809000, 0, 0x1000, 0, 2, 0);
  put(0x3050, 0, 0, 0x100000, 0, 0x3000, 0, 3, 2);
  const guid = (text: string): number[] => {
    const [a, b, c, d, e] = text.split("-").map((part) => part.match(/../g)!.map((byte) => parseInt(byte, 16)));
    return [...a!.reverse(), ...b!.reverse(), ...c!.reverse(), ...d!, ...e!];
  };
  const table = [
    ...[0x00, 0x10, 0x00, 0x00],
    ...[22, 0],
    ...guid("e47a6535-984a-4798-865e-4685a7bf8ec2"),
    ...[40, 0],
    ...guid("96b582de-1fb2-45f7-baea-a366c55a082d"),
  ];
  image.set(table, image.length - 0x20 - table.length);
  return image;
}

describe("predicted measurements", () => {
  it("of a firmware, in both orders", () => {
    const firmware = syntheticFirmware();
    expect(toHex(sha256(firmware))).toBe("743757deeb49213b2ac0b1b7d65efedc97219c9d7f8de1443e41d17676bd4bad");
    expect(toHex(mrtdOf(firmware, "sectionBySection"))).toBe(
      "84490082343e5730bbf35b9030afeca725869439719af08f5053933db5419b29b27baf741fc84b30ae4b59ca5478ab7e",
    );
    expect(toHex(mrtdOf(firmware, "pageByPage"))).toBe(
      "12aac57b48784cef2527a1c1439970f2ca0e77ca8a96bf4b82525ef420ff22dd1854822cd81789676bd69d6c1214d16a",
    );
  });

  it("of no firmware are none", () => {
    for (const image of [new Uint8Array(0), new Uint8Array(16_384), new Uint8Array(16_384).fill(0xff)]) {
      expect(() => mrtdOf(image, "pageByPage")).toThrow(MeasureError);
    }
    const many = syntheticFirmware();
    new DataView(many.buffer).setUint32(0x300c, 0xffffffff, true);
    expect(() => mrtdOf(many, "pageByPage")).toThrow("4294967295 sections");
  });

  it("of a command line and an initramfs", () => {
    const line = "console=ttyS0 ip=dhcp";
    expect(toHex(rtmr2Of(line, new TextEncoder().encode("abc")))).toBe(
      "c0f7ce1675b0b33c33210e95f3355cee9baa57584ce8baba36c9cd49ac36337c19baee0164f164739ee94baef0d51595",
    );
    expect(toHex(rtmr2Of(line, undefined))).toBe(
      "c3af2469970a82f87ac54f89e409a39169491470a5660f225cf473eacf54e2193cd9b2a28cfc786ffd713f5b5644a77e",
    );
  });
});
