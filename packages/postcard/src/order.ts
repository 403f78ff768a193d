/** Rust's order of byte slices: lexicographic, a prefix before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const count = Math.min(a.length, b.length);
  for (let i = 0; i < count; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Rust's order of text: that of its UTF-8 bytes, which is by code point and not, as in JavaScript, by UTF-16 unit. */
export function compareText(a: string, b: string): number {
  const count = Math.min(a.length, b.length);
  for (let i = 0; i < count; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** The order of numbers and of bigints. */
export function compareNumbers<N extends number | bigint>(a: N, b: N): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Surrogates stand for code points above 0xffff, so they go behind the units from 0xe000 on. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The items in strictly ascending order, of equal ones the last; the same array if that is what they are. */
export function sortUnique<T>(items: T[], compare: (a: T, b: T) => number): T[] {
  if (isStrictlyAscending(items, compare)) return items;
  // In boxes, as Array.sort puts undefined last without asking.
  const sorted = items.map((item) => ({ item })).sort((a, b) => compare(a.item, b.item));
  return sorted
    .filter(({ item }, i) => i === sorted.length - 1 || compare(item, sorted[i + 1]!.item) !== 0)
    .map(({ item }) => item);
}

function isStrictlyAscending<T>(items: readonly T[], compare: (a: T, b: T) => number): boolean {
  for (let i = 1; i < items.length; i++) {
    if (compare(items[i - 1]!, items[i]!) >= 0) return false;
  }
  return true;
}
