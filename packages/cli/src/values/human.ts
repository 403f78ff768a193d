import type { Codec } from "mosaik";
import { printJson, type JsonValue } from "../json.js";
import { isJson } from "../schema/index.js";
import { bytesText } from "./bytes-text.js";
import { shortestF32, specialFloat } from "./floats.js";
import { formOf } from "./forms.js";

export interface HumanOptions {
  /** How long a line may be, in characters; what is longer goes over several. 80 if not given. */
  readonly width?: number;
}

const BYTES_SHOWN_MAX = 32;
const WIDTH = 80;
const INDENT = 2;

/** A value to look at: short, and where it takes several lines, aligned. Long bytes are cut; `jsonOf` is exact. */
export function humanText(codec: Codec<unknown>, value: unknown, { width = WIDTH }: HumanOptions = {}): string {
  return layOut(shownOf(codec, value), width, 0);
}

/** A text, or parts between brackets. */
type Shown = string | Group;

interface Group {
  readonly open: string;
  readonly close: string;
  readonly parts: readonly { readonly label: string; readonly shown: Shown }[];
}

function shownOf(codec: Codec<unknown>, value: unknown): Shown {
  const { shape } = codec;
  switch (shape.kind) {
    case "unit":
      return "()";
    case "bool":
    case "integer":
      return String(value);
    case "char":
    case "string":
      return quoted(value as string);
    case "float":
      return specialFloat(value as number) ?? String(shape.bits === 32 ? shortestF32(value as number) : value);
    case "bytes":
    case "fixedBytes":
      return bytesShown(value as Uint8Array);
    case "option":
      if (value === undefined) return "none";
      return shape.wrapped
        ? around("some(", shownOf(shape.inner, (value as { some: unknown }).some))
        : shownOf(shape.inner, value);
    case "sequence":
    case "array":
      return group(
        "[",
        "]",
        [...(value as unknown[])].map((item) => ["", shownOf(shape.item, item)]),
      );
    case "set":
      return group(
        "{",
        "}",
        [...(value as Set<unknown>)].map((item) => ["", shownOf(shape.item, item)]),
      );
    case "map":
      return group(
        "{",
        "}",
        [...(value as Map<unknown, unknown>)].map(([k, v]) => [
          oneLine(shownOf(shape.key, k)),
          shownOf(shape.value, v),
        ]),
      );
    case "tuple":
      return group(
        "(",
        ")",
        shape.items.map((item, i) => ["", shownOf(item, (value as unknown[])[i])]),
      );
    case "struct":
      return group(
        "{",
        "}",
        shape.fields.map(({ name, codec }) => [name, shownOf(codec, (value as Record<string, unknown>)[name])]),
      );
    case "enum": {
      const { kind, value: inner } = value as { kind: string; value?: unknown };
      const { codec } = shape.variants.find(({ name }) => name === kind)!;
      return codec.shape.kind === "unit" ? kind : around(`${kind}(`, shownOf(codec, inner));
    }
    case "lazy":
      return shownOf(shape.inner(), value);
    case "transparent":
    case "refined":
    case "encoded":
      return shownOf(shape.inner, value);
    case "transform":
      return isJson(codec) ? printJson(value as JsonValue) : plainText(shownOf(shape.inner, shape.from(value)));
    case "opaque":
      return formOf(codec).toText(value as never);
  }
}

/** Times and versions need no quotes: they cannot be taken for anything else. */
function plainText(shown: Shown): Shown {
  return typeof shown === "string" && /^"[\w.:+-]+"$/.test(shown) ? shown.slice(1, -1) : shown;
}

/** A variant around its value: brackets that follow each other become one. */
function around(open: string, inner: Shown): Shown {
  if (typeof inner === "string") return `${open}${inner})`;
  if (inner.open === "(") return { ...inner, open };
  return { ...inner, open: `${open.slice(0, -1)} ${inner.open}` };
}

function group(open: string, close: string, parts: readonly (readonly [label: string, shown: Shown])[]): Group {
  return { open, close, parts: parts.map(([label, shown]) => ({ label, shown })) };
}

function oneLine(shown: Shown): string {
  if (typeof shown === "string") return shown;
  const { open, close, parts } = shown;
  const text = parts.map(({ label, shown }) => (label === "" ? oneLine(shown) : `${label}: ${oneLine(shown)}`));
  const blank = close === "}" && parts.length > 0 ? " " : "";
  return `${open}${blank}${text.join(", ")}${blank}${close}`;
}

/** The lines of what stands behind `before` characters of its own line, in a block that is indented by `indent`. */
function layOut(shown: Shown, width: number, indent: number, before = indent): string {
  const line = oneLine(shown);
  if (typeof shown === "string" || shown.parts.length === 0 || before + line.length <= width) return line;
  const inner = indent + INDENT;
  const labelWidth = Math.max(...shown.parts.map(({ label }) => (label.length <= width / 2 ? label.length : 0)));
  const lines = shown.parts.map(({ label, shown }) => {
    const head = label === "" ? "" : `${`${label}:`.padEnd(labelWidth + 1)} `;
    return `${" ".repeat(inner)}${head}${layOut(shown, width, inner, inner + head.length)}`;
  });
  return `${shown.open}\n${lines.join("\n")}\n${" ".repeat(indent)}${shown.close}`;
}

function bytesShown(bytes: Uint8Array): string {
  if (bytes.length <= BYTES_SHOWN_MAX) return bytesText(bytes, "hex");
  return `${bytesText(bytes.subarray(0, BYTES_SHOWN_MAX), "hex")}… (${bytes.length} bytes)`;
}

/** A peer chose the text: nothing in it may move the cursor of a terminal. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
