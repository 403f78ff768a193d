import { DecodeError } from "@mosaik/postcard";
import { beforeEach, describe, expect, it } from "vitest";
import { Intake } from "../../../src/groups/bonds/intake.js";
import { ENTRIES_MAX } from "../../../src/groups/protocol.js";
import { PacedRuntime } from "../../runtime/paced-runtime.js";
import { longAppend, longForward } from "../long-message.js";

/** What one part takes, in ms. */
const PART_MS = 0.4;

let runtime: PacedRuntime;
let intake: Intake;
/** What was taken: parts of long messages by the number of their entries, other frames by their first byte. */
let taken: string[];
let entries: number;
let released: number;
let onFrame: (first: number) => void;
let onMalformed: () => void;
let checkCommand: (command: Uint8Array) => void;

beforeEach(() => {
  runtime = new PacedRuntime();
  taken = [];
  entries = released = 0;
  onFrame = checkCommand = () => {};
  intake = new Intake({
    runtime,
    checkCommand: (command) => checkCommand(command),
    onFrame: (bytes, start) => {
      taken.push(`frame ${bytes[start]!}`);
      onFrame(bytes[start]!);
    },
    onPart: (part) => {
      runtime.spend(PART_MS);
      if (part.kind === "command") return void taken.push(`${part.commands.length} commands`);
      entries += part.entries.length;
      taken.push(`${part.entries.length} entries`);
    },
    onMalformed: (error) => {
      taken.push(error instanceof DecodeError ? "malformed" : "a defect");
      onMalformed();
    },
    release: (bytes) => (released += bytes),
  });
});

function arrives(frame: Uint8Array): void {
  intake.add(frame, 0, frame.length);
  intake.delivered(frame.length);
  // The link's buffer is used again.
  frame.fill(0);
}

/** Ends when a frame that begins with 9 was taken. */
function untilNine(): Promise<void> {
  const work = new Promise<void>((resolve) => {
    onFrame = (first) => first === 9 && resolve();
  });
  arrives(new Uint8Array([9]));
  return runtime.run(work);
}

describe("the frames of a bond", () => {
  it("are taken as they come", () => {
    arrives(new Uint8Array([1]));
    arrives(new Uint8Array([2]));
    expect(taken).toEqual(["frame 1", "frame 2"]);
    expect(released).toBe(2);
  });

  it("wait behind a long one, which holds no turn up for long", async () => {
    arrives(longAppend(ENTRIES_MAX));
    arrives(new Uint8Array([1]));
    expect(taken).toEqual(["1024 entries", "1024 entries", "1024 entries"]);
    await untilNine();
    expect(entries).toBe(ENTRIES_MAX);
    expect(taken.slice(-2)).toEqual(["frame 1", "frame 9"]);
    expect(runtime.longestTurnMs).toBeLessThan(2);
    expect(runtime.turns).toBeGreaterThan(300);
    expect(runtime.reports).toEqual([]);
  });

  it("wait behind very many commands, which are decoded in slices and come as one message", async () => {
    // Each part is followed by a look at the clock.
    const monoMs = runtime.monoMs.bind(runtime);
    runtime.monoMs = () => {
      runtime.spend(PART_MS);
      return monoMs();
    };
    arrives(longForward(ENTRIES_MAX));
    arrives(new Uint8Array([1]));
    expect(taken).toEqual([]);
    await untilNine();
    expect(taken).toEqual([`${ENTRIES_MAX} commands`, "frame 1", "frame 9"]);
    expect(runtime.longestTurnMs).toBeLessThan(2);
    expect(runtime.turns).toBeGreaterThan(300);
  });

  it.each([
    ["malformed", new DecodeError("invalidBool", "a mistake of the sender's", 0)],
    ["a defect", new Error("a mistake in the program's codec")],
  ])("end with very many commands one of which is %s: none of them is taken", async (told, error) => {
    const malformed = new Promise<void>((resolve) => (onMalformed = resolve));
    let checked = 0;
    checkCommand = () => {
      if (++checked === 7000) throw error;
    };
    arrives(longForward(10_000));
    await runtime.run(malformed);
    expect([taken, checked]).toEqual([[told], 7000]);
  });

  it("get their credit back when the long one is done", async () => {
    const frame = longAppend(5000);
    const bytes = frame.length;
    arrives(frame);
    arrives(new Uint8Array([1]));
    expect(released).toBe(0);
    await untilNine();
    expect(released).toBe(bytes + 2);
    arrives(new Uint8Array([3]));
    expect(released).toBe(bytes + 3);
  });

  it("keep their order where one long one waits behind another", async () => {
    arrives(longAppend(5000));
    arrives(new Uint8Array([1]));
    arrives(longAppend(6000));
    arrives(new Uint8Array([2]));
    await untilNine();
    expect(entries).toBe(11_000);
    expect(taken.filter((what) => what.startsWith("frame"))).toEqual(["frame 1", "frame 2", "frame 9"]);
    expect(taken.indexOf("frame 1")).toBe(5);
  });

  it("end with one that does not decode; what was before it is taken", async () => {
    const malformed = new Promise<void>((resolve) => (onMalformed = resolve));
    const frame = longAppend(5000);
    // The length of a command that is longer than all of it.
    frame.fill(0xff, frame.length - 6);
    arrives(frame);
    await runtime.run(malformed);
    expect(taken).toEqual([...new Array<string>(4).fill("1024 entries"), "malformed"]);
  });

  it("are passed over once the bond has ended", async () => {
    arrives(longAppend(20_000));
    const before = taken.length;
    intake.close();
    await runtime.run(new Promise((resolve) => runtime.soon(() => runtime.soon(() => resolve(undefined)))));
    arrives(new Uint8Array([1]));
    expect(taken).toHaveLength(before);
  });
});
