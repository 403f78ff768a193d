import { Digest, logReplaySync, t, type StateMachine } from "mosaik";

/** How many commands were applied, and a hash of them and their order. */
export type OrderState = readonly [count: number, hash: number];

/** Knows in which order it was given commands. The Rust peer of the interop tests has the same machine, by this name. */
export class OrderMachine implements StateMachine<number, undefined, OrderState> {
  readonly signature = Digest.from("test.order");
  readonly command = t.u32;
  readonly query = t.unit;
  readonly result = t.tuple(t.u32, t.u32);
  readonly sync = logReplaySync({ typeName: "mosaik_peer::groups::order::Order" });
  #count = 0;
  #hash = 0;

  apply(commands: readonly number[]): void {
    this.#count += commands.length;
    this.#hash = commands.reduce(link, this.#hash);
  }

  answer(): OrderState {
    return [this.#count, this.#hash];
  }

  reset(): void {
    this.#count = 0;
    this.#hash = 0;
  }
}

/** What a machine answers that has applied these. */
export function answerOf(commands: readonly number[]): OrderState {
  return [commands.length, commands.reduce(link, 0)];
}

/** The hash of everything before, and one command more (a step of murmur3). */
function link(hash: number, command: number): number {
  const spread = Math.imul(command, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((spread << 15) | (spread >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) >>> 0;
}
