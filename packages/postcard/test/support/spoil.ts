import { Duration } from "../../src/index.js";

/** What values are not, or not all of them. */
const JUNK: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 0.5, NaN, 256, 2 ** 53, -(2 ** 63), 0n, -1n, 1n << 64n, 1n << 127n],
  ...["", "a", "\ud800", "é", "1.2.3", "x".repeat(40), "é".repeat(40), Symbol("junk"), () => 1],
  ...[[], [1], {}, { kind: "" }, { some: undefined }, { value: 1 }, new Map(), new Set(), new Map([[1, 1]])],
  ...[new Uint8Array(0), new Uint8Array(5), new Duration(1), new Date(0)],
];

/** A copy with junk somewhere inside, or in its own place. */
export function spoil(value: unknown, random: () => number): unknown {
  const below = (limit: number): number => Math.floor(random() * limit);
  if (below(4) === 0) return JUNK[below(JUNK.length)];
  if (Array.isArray(value)) {
    const length = below(5) === 0 ? Math.max(0, value.length + below(3) - 1) : value.length;
    const copy = Array.from({ length }, (_, i) => value[i] as unknown);
    const at = below(length);
    if (length > 0) copy[at] = spoil(copy[at], random);
    return copy;
  }
  if (value instanceof Set)
    return new Set([...(value as Set<unknown>)].map((item) => (below(2) === 0 ? item : spoil(item, random))));
  if (value instanceof Map) {
    const entries = [...(value as Map<unknown, unknown>)];
    return new Map(entries.map((entry) => (below(2) === 0 ? entry : spoilEntry(entry, random))));
  }
  if (isPlain(value)) {
    const names = Object.keys(value);
    const name = names[below(names.length)];
    return name === undefined ? value : { ...value, [name]: spoil(value[name], random) };
  }
  return JUNK[below(JUNK.length)];
}

function spoilEntry([key, value]: [unknown, unknown], random: () => number): [unknown, unknown] {
  return random() < 0.5 ? [spoil(key, random), value] : [key, spoil(value, random)];
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
