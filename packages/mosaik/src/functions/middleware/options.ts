import { FunctionError } from "../errors.js";

/** @throws FunctionError `invalidOption` unless the option is a whole number from `min` */
export function requireWhole(name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new FunctionError("invalidOption", `${name} must be a whole number from ${min}, not ${value}`);
  }
}

/** @throws FunctionError `invalidOption` unless the option is a positive number of ms */
export function requireMs(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) {
    throw new FunctionError("invalidOption", `${name} must be a positive number of ms, not ${value}`);
  }
}
