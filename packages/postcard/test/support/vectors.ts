import { readFileSync } from "node:fs";

/** A case of `vectors/postcard.json`. */
export interface PostcardCase {
  readonly kind: "encode" | "decode" | "encode-error" | "json";
  readonly name: string;
  readonly type: string;
  readonly hex: string;
  /** Serde's human-readable form of the value. */
  readonly value?: unknown;
  /** Rust's `Debug` form. */
  readonly debug?: string;
  /** The bits of a float. */
  readonly bits?: string;
  readonly text?: string;
  readonly seconds?: number;
  readonly nanos?: number;
  readonly order?: readonly string[];
  readonly json?: unknown;
  readonly ok?: boolean;
  readonly reencoded?: string | null;
}

/** A case of `vectors/type-names.json`. */
export interface TypeNameCase {
  /** What `type_name` prints. */
  readonly name: string;
  /** The type as written in Rust. */
  readonly rust: string;
}

export const postcardCases = load<PostcardCase>("postcard.json");
export const typeNameCases = load<TypeNameCase>("type-names.json");

function load<Case>(file: string): readonly Case[] {
  const text = readFileSync(new URL(`../vectors/${file}`, import.meta.url), "utf8");
  return (JSON.parse(text) as { cases: readonly Case[] }).cases;
}
