import { describe, expect, it } from "vitest";
import { Gate } from "../../src/groups/gate.js";
import { MemoryLog, type Admission } from "../../src/groups/index.js";

const command = (byte: number): Uint8Array => new Uint8Array([byte]);
const REFUSAL = command(0);

/** Lets in what is greater than all before it; begins with `greatest`. */
function ascending(greatest: number, followed: number[] = []): Admission {
  return {
    refusal: REFUSAL,
    lookahead: () => ({
      allows: (next) => next[0]! > greatest,
      follow(next) {
        followed.push(next[0]!);
        greatest = Math.max(greatest, next[0]!);
      },
    }),
  };
}

function logOf(...bytes: number[]): MemoryLog {
  const log = new MemoryLog();
  log.append(bytes.map((byte) => ({ term: 1, command: command(byte) })));
  return log;
}

const never = (error: unknown): void => {
  throw error;
};

describe("the gate of a machine", () => {
  it("begins with the machine's state, and what is in the log behind that", () => {
    const followed: number[] = [];
    const gate = new Gate({ admission: ascending(2, followed), log: logOf(1, 2, 5, 3), applied: 2, onThrown: never });
    expect(followed).toEqual([5, 3]);
    expect(gate.admit([4, 6, 6, 7].map(command))).toEqual([REFUSAL, command(6), REFUSAL, command(7)]);
    expect(gate.admit([command(7), command(8)])).toEqual([REFUSAL, command(8)]);
    expect(followed).toEqual([5, 3, 0, 6, 0, 7, 0, 8]);
  });

  it("gives what it lets in as it is, not a copy", () => {
    const gate = new Gate({ admission: ascending(0), log: logOf(), applied: 0, onThrown: never });
    const given = [command(1), command(2)];
    const admitted = gate.admit(given);
    expect(admitted.map((one, i) => one === given[i])).toEqual([true, true]);
  });

  it.each(["lookahead", "follow", "allows"])("tells what %s throws, and asks no more", (thrower) => {
    const thrown: unknown[] = [];
    let asked = 0;
    const at = (name: string): void => {
      asked++;
      if (name === thrower) throw new Error(name);
    };
    const admission: Admission = {
      refusal: REFUSAL,
      lookahead() {
        at("lookahead");
        return {
          allows() {
            at("allows");
            return true;
          },
          follow: () => at("follow"),
        };
      },
    };
    const gate = new Gate({ admission, log: logOf(1), applied: 0, onThrown: (error) => thrown.push(error) });
    const given = [command(1), command(2)];
    expect(gate.admit(given)).toEqual(given);
    expect(thrown).toEqual([new Error(thrower)]);
    const askedBefore = asked;
    expect(gate.admit(given)).toEqual(given);
    expect(asked).toBe(askedBefore);
  });
});
