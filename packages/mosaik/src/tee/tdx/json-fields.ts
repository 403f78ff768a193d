import { DateTime } from "@mosaik/postcard";
import { fromHex } from "../../primitives/index.js";
import { TdxError } from "./errors.js";

/** Reads fields of JSON that was signed and is of a known form. @throws TdxError `collateral` for one that is of another */
export class JsonFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #what: string;

  constructor(value: unknown, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw strange(what, "an object");
    this.#fields = value as Record<string, unknown>;
    this.#what = what;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== "string") throw strange(this.#named(name), "a text");
    return value;
  }

  integer(name: string): number {
    const value = this.#fields[name];
    if (!Number.isSafeInteger(value)) throw strange(this.#named(name), "an integer");
    return value as number;
  }

  /** Bytes in hexadecimal digits. */
  bytes(name: string, length: number): Uint8Array {
    const bytes = fromHex(this.text(name).toLowerCase());
    if (bytes?.length !== length) throw strange(this.#named(name), `${length} bytes in hexadecimal`);
    return bytes;
  }

  /** In ms since the Unix epoch. */
  time(name: string): number {
    try {
      return DateTime.parse(this.text(name)).toMillis();
    } catch {
      throw strange(this.#named(name), "a time");
    }
  }

  object(name: string): JsonFields {
    return new JsonFields(this.#fields[name], this.#named(name));
  }

  objects(name: string): JsonFields[] {
    return this.#list(name).map((value, i) => new JsonFields(value, this.#named(`${name}[${i}]`)));
  }

  texts(name: string): string[] {
    const texts = this.#list(name);
    if (texts.every((text) => typeof text === "string")) return texts;
    throw strange(this.#named(name), "a list of texts");
  }

  #list(name: string): unknown[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) throw strange(this.#named(name), "a list");
    return value;
  }

  #named(name: string): string {
    return `${name} of ${this.#what}`;
  }
}

function strange(what: string, wanted: string): TdxError {
  return new TdxError("collateral", `${what} is not ${wanted}`);
}
