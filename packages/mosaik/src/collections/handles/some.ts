import type { Some } from "@mosaik/postcard";

/** An option whose `undefined` is "none". */
export function some<T>(value: T | undefined): Some<T> | undefined {
  return value === undefined ? undefined : { some: value };
}
