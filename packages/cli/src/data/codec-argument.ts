import { t, type Codec } from "mosaik";
import { usageError } from "../exit.js";
import type { JsonValue } from "../json.js";

const CODECS: Readonly<Record<string, Codec<unknown>>> = {
  json: t.json(),
  string: t.string,
  u64: t.u64,
  "()": t.unit,
};

/** The codec that an argument describes. @throws CliError */
export function codecOf(text: string): Promise<Codec<unknown>> {
  const codec = CODECS[text];
  return codec === undefined ? Promise.reject(usageError(`not a type: ${text}`)) : Promise.resolve(codec);
}

/** The value that a text stands for. @throws CliError */
export function valueOf<T>(codec: Codec<T>, text: string): T {
  try {
    const value: unknown = JSON.parse(text);
    return (codec.rustName === "u64" ? BigInt(value as number) : value) as T;
  } catch (error) {
    throw usageError((error as Error).message);
  }
}

/** A value for scripts. */
export function jsonOf(_codec: Codec<unknown>, value: unknown): JsonValue {
  return value as JsonValue;
}

/** A value for people. */
export function textOf(_codec: Codec<unknown>, value: unknown): string {
  return typeof value === "string"
    ? value
    : JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? Number(v) : v));
}
