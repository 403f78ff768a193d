import type { MapWriter } from "mosaik";
import type { EntryRange } from "../harness/shared-map.js";

/** Entries of one command of a fill. */
const FILL_STEP = 2000;

/** The key of a numbered entry; its value is the number. */
export function keyOf(number: number): string {
  return `key-${number}`;
}

export function isRight(key: string, value: number): boolean {
  return key === keyOf(value);
}

/** Inserts entries, many with each command. */
export async function fill(map: MapWriter<string, number>, { first, count }: EntryRange): Promise<void> {
  const end = first + count;
  for (let from = first; from < end; from += FILL_STEP) {
    const length = Math.min(FILL_STEP, end - from);
    await map.extend(Array.from({ length }, (_, i) => [keyOf(from + i), from + i] as const));
  }
}
