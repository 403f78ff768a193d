const NUMBER = "0|[1-9]\\d*";
const PRE = `(?:${NUMBER}|\\d*[A-Za-z-][0-9A-Za-z-]*)`;
const PATTERN = new RegExp(
  `^(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})(?:-(${PRE}(?:\\.${PRE})*))?(?:\\+([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?$`,
);
/** Longer texts are not remembered, in UTF-16 units. */
const REMEMBERED_MAX = 64;
const U64_MAX = (1n << 64n) - 1n;

export interface Version {
  readonly numbers: readonly bigint[];
  readonly pre: string;
  readonly build: string;
}

/** The text that was checked last: those of one network run few versions, and entry after entry names the same. */
let lastValid: string | undefined;

/**
 * Returns a text that is a version by semver 2.0, as Rust's `semver` crate checks it.
 *
 * @throws RangeError for any other text
 */
export function checkSemver(text: string): string {
  if (text === lastValid) return text;
  semverParts(text);
  if (text.length <= REMEMBERED_MAX) lastValid = text;
  return text;
}

/** The order of the `semver` crate: precedence by semver 2.0, then build metadata. */
export function compareSemver(a: string, b: string): number {
  const x = semverParts(a);
  const y = semverParts(b);
  for (const [i, number] of x.numbers.entries()) {
    const other = y.numbers[i]!;
    if (number !== other) return number < other ? -1 : 1;
  }
  // No pre-release is behind every pre-release.
  if (x.pre === "" || y.pre === "")
    return Number(x.pre === "") - Number(y.pre === "") || compareParts(x.build, y.build);
  return compareParts(x.pre, y.pre) || compareParts(x.build, y.build);
}

/** The parts of a version, as they are in Rust's `semver::Version`. @throws RangeError for any other text */
export function semverParts(text: string): Version {
  const match = PATTERN.exec(text);
  if (match === null) throw new RangeError(`not a semver version`);
  const digits = match.slice(1, 4);
  // Of a long number not even the conversion is affordable.
  const numbers = digits.map((number) => (number.length > 20 ? U64_MAX + 1n : BigInt(number)));
  if (numbers.some((number) => number > U64_MAX)) throw new RangeError("a version number beyond 64 bits");
  return { numbers, pre: match[4] ?? "", build: match[5] ?? "" };
}

/** Dot-separated identifiers: numeric before others, a prefix before what it begins. */
function compareParts(a: string, b: string): number {
  const x = a.split(".");
  const y = b.split(".");
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const order = compareIdentifiers(x[i]!, y[i]!);
    if (order !== 0) return order;
  }
  return x.length - y.length;
}

function compareIdentifiers(a: string, b: string): number {
  const aNumeric = /^\d*$/.test(a);
  if (aNumeric !== /^\d*$/.test(b)) return aNumeric ? -1 : 1;
  if (!aNumeric) return a < b ? -1 : a > b ? 1 : 0;
  // By value, however many digits; then, as build metadata may have leading zeros, by length.
  const x = a.replace(/^0+/, "");
  const y = b.replace(/^0+/, "");
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : a.length - b.length);
}
