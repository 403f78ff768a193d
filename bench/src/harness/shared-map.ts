import { randomUUID } from "node:crypto";
import type { CallCount, CallTimes } from "./call-loop.js";
import type { CallLoad } from "./calls.js";

/** Entries that a member is asked to insert at once, or to fill in: less than it takes a minute for. */
const FILL_STEP = 100_000;

/** Numbered entries: `key-<n>` has the value n. */
export interface EntryRange {
  /** The number of the first. */
  readonly first: number;
  readonly count: number;
}

/** Reads of the first keys in turn. */
export interface Reads {
  readonly keys: number;
  /** In all. */
  readonly count: number;
}

/** A node, in a process of its own, that is to share a map of numbers. */
export interface MapMember {
  /** Opens the map to write it; resolves when it has all that the leader has. */
  open(store: string): Promise<unknown>;
  /** Inserts entry after entry, `inFlight` side by side. */
  insert(load: EntryRange & CallCount): Promise<CallTimes>;
  /** Inserts many with each command. */
  fill(range: EntryRange): Promise<unknown>;
  /** @returns how many were found */
  get(reads: Reads): Promise<number>;
  /** Resolves when there are as many entries: how many of them are those of the first numbers. */
  right(count: number): Promise<number>;
}

/** A map that several nodes share, which the first of them leads. */
export class SharedMap {
  readonly #store = randomUUID();
  #count = 0;

  constructor(
    readonly members: readonly MapMember[],
    readonly processes: Pick<CallLoad, "cpuMicros" | "close">,
  ) {}

  /** Who opens it first leads: whoever comes later follows, as that one is online. */
  async open(): Promise<void> {
    for (const member of this.members) await this.join(member);
  }

  async join(member: MapMember): Promise<void> {
    await member.open(this.#store);
  }

  async fill(count: number): Promise<void> {
    const end = this.#count + count;
    while (this.#count < end) {
      const range = { first: this.#count, count: Math.min(FILL_STEP, end - this.#count) };
      await this.members[0]!.fill(range);
      this.#count += range.count;
    }
    await this.check();
  }

  /** Inserts by a member that follows. */
  inserts(): CallLoad {
    const follower = this.members.at(-1)!;
    return {
      ...this.processes,
      call: ({ count, inFlight }) => {
        const first = this.#count;
        this.#count += count;
        return follower.insert({ first, count, inFlight });
      },
    };
  }

  /** @throws Error where a member does not have all entries that were inserted, or has others */
  async check(members = this.members): Promise<void> {
    for (const member of members) {
      const right = await member.right(this.#count);
      if (right !== this.#count) throw new Error(`a member has ${right} of ${this.#count} entries`);
    }
  }
}
