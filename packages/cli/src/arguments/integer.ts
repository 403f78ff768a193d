import { InvalidArgumentError } from "commander";

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(
        `A whole number from ${min} ${max === Number.MAX_SAFE_INTEGER ? "on" : `to ${max}`}.`,
      );
    }
    return value;
  };
}
