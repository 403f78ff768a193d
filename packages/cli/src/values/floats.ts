/** The text that JSON has no number for, as Rust prints and reads it. */
export function specialFloat(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? "inf" : "-inf";
}

/** The value of such a text. */
export function parseSpecialFloat(text: string): number | undefined {
  const [, sign, name] = /^([+-]?)(nan|inf|infinity)$/i.exec(text) ?? [];
  if (name === undefined) return undefined;
  const size = name.toLowerCase() === "nan" ? NaN : Infinity;
  return sign === "-" ? -size : size;
}

/** The shortest decimal number that rounds to a value of 32 bits: 0.1, not 0.10000000149011612. */
export function shortestF32(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(shorter), value)) return shorter;
  }
  return value;
}
