import { t } from "@mosaik/postcard";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vecAdmission } from "../../../src/collections/machines/vec-admission.js";
import { VecState, vecCommandCodec, type VecCommand } from "../../../src/collections/machines/vec.js";
import { fromHex } from "../../../src/primitives/index.js";

const codec = vecCommandCodec(t.string);
const U64_MAX = 2n ** 64n - 1n;

const index = fc.oneof(fc.bigInt(0n, 12n), fc.bigInt(0n, 300n), fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, U64_MAX));
const value = fc.string({ maxLength: 3 });
const anyCommand: fc.Arbitrary<VecCommand<string>> = fc.oneof(
  fc.record({ kind: fc.constant("Clear" as const) }),
  fc.record({ kind: fc.constant("Swap" as const), value: fc.record({ i: index, j: index }) }),
  fc.record({ kind: fc.constant("Insert" as const), value: fc.record({ index, value }) }),
  fc.record({ kind: fc.constantFrom("PushBack" as const, "PushFront" as const), value }),
  fc.record({ kind: fc.constantFrom("PopBack" as const, "PopFront" as const) }),
  fc.record({ kind: fc.constantFrom("Remove" as const, "Truncate" as const), value: index }),
  fc.record({ kind: fc.constant("Extend" as const), value: fc.array(value, { maxLength: 200 }) }),
);

describe("what a leader lets into the log of a vec (spec 06 §15.4)", () => {
  it("is all but inserts behind the end, as it is when they are carried out", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 60 }), fc.nat(50), (commands, size) => {
        const state = new VecState(t.string);
        state.apply({ kind: "Extend", value: Array.from({ length: size }, String) });
        const lookahead = vecAdmission(() => state.size).lookahead();
        for (const command of commands) {
          const bytes = codec.encode(command);
          const isHarmful = command.kind === "Insert" && command.value.index > state.size;
          expect(lookahead.allows(bytes)).toBe(!isHarmful);
          lookahead.follow(bytes);
          state.apply(command);
        }
        // The length is foreseen exactly.
        const insertAt = (at: number): Uint8Array =>
          codec.encode({ kind: "Insert", value: { index: BigInt(at), value: "" } });
        expect([lookahead.allows(insertAt(state.size)), lookahead.allows(insertAt(state.size + 1))]).toEqual([
          true,
          false,
        ]);
      }),
    );
  });

  it("has a truncation in place of what is refused that takes nothing away", () => {
    const { refusal } = vecAdmission(() => 0);
    expect(codec.decode(refusal)).toEqual({ kind: "Truncate", value: U64_MAX });
  });

  it.each([
    ["a variant that there is not", "3f"],
    ["a request for a snapshot", "0a" + "11".repeat(32) + "18" + "00".repeat(24)],
    ["nothing", ""],
    ["an insert without an index", "02"],
    ["a variant that does not end", "ffffffffffff"],
    ["an insert at an index of more than 64 bits", "02" + "ff".repeat(10) + "00"],
  ])("takes %s for a command without effect", (_, hex) => {
    const lookahead = vecAdmission(() => 3).lookahead();
    lookahead.follow(fromHex(hex)!);
    const insertAt = (at: bigint): Uint8Array => codec.encode({ kind: "Insert", value: { index: at, value: "" } });
    expect([lookahead.allows(insertAt(3n)), lookahead.allows(insertAt(4n))]).toEqual([true, false]);
  });

  it("understands numbers that are longer than they need to be, as Rust does", () => {
    const lookahead = vecAdmission(() => 3).lookahead();
    expect(lookahead.allows(fromHex("8200" + "8300" + "0100")!)).toBe(true);
    expect(lookahead.allows(fromHex("8200" + "8400" + "0100")!)).toBe(false);
  });
});
