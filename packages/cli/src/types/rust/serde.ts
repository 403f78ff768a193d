import { isRule } from "./case.js";
import { RustSourceError, type RustSource } from "./errors.js";
import type { Attribute } from "./syntax.js";
import type { Token } from "./tokens.js";

/** What serde's attributes say that matters to bytes or to JSON. */
export interface SerdeOptions {
  readonly rename?: string;
  readonly renameAll?: string;
  readonly renameAllFields?: string;
  readonly isTransparent: boolean;
  readonly isSkipped: boolean;
  /** The path of the module that writes a field. */
  readonly with?: string;
  /** The type that is written in place of the one that is declared. */
  readonly proxy?: string;
  /** `#[serde(default)]` and the like are not here: postcard has every field in its place. */
  readonly at: number;
}

/** What has no effect on what postcard writes. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["default", "alias", "bound", "crate", "deny_unknown_fields", "expecting", "borrow"],
]);

/** What makes of data something that postcard does not write, or that does not follow from the declaration. */
const REFUSED: Readonly<Record<string, string>> = {
  tag: "An enum that is tagged inside is not for postcard: it cannot be read back. Leave the tag out.",
  content: "An enum with its tag beside it has other bytes. Leave tag and content out.",
  untagged: "What is untagged cannot be read back from postcard. Leave it out.",
  flatten: "postcard refuses flattened structs. Write the fields, or keep the struct as a field.",
  skip_serializing: "What is only written or only read has no bytes in common. Use #[serde(skip)].",
  skip_deserializing: "What is only written or only read has no bytes in common. Use #[serde(skip)].",
  skip_serializing_if:
    "postcard does not say which fields are there, so what is left out cannot be read back. Leave it out.",
  serialize_with: "A function of your own decides about the bytes. Write that codec by hand: t.transform, t.custom.",
  deserialize_with: "A function of your own decides about the bytes. Write that codec by hand: t.transform, t.custom.",
  remote: "The definition of a type of another crate has the name of that crate's type. Write that codec by hand.",
  other: "A variant for all others is not for postcard. Leave it out.",
  getter: "A function of your own decides about the bytes. Write that codec by hand.",
  variant_identifier: "An identifier is not data.",
  field_identifier: "An identifier is not data.",
};

interface Setting {
  readonly name: string;
  readonly value: string | undefined;
  readonly tokens: readonly Token[];
  readonly at: number;
}

/** What the serde attributes of something say. @throws RustSourceError for one that is not honoured */
export function serdeOptions(attributes: readonly Attribute[], source: RustSource): SerdeOptions {
  const settings = attributes.filter(({ name }) => name === "serde").flatMap(({ tokens }) => settingsOf(tokens));
  const value = (name: string) => settings.find((setting) => setting.name === name)?.value;
  for (const { name, at } of settings) {
    const advice = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
    if (advice !== undefined) throw new RustSourceError(source, at, `#[serde(${name})] is not honoured`, advice);
    if (!HONOURED.has(name) && !HARMLESS.has(name)) {
      throw new RustSourceError(source, at, `#[serde(${name})] is not known`, "Write that codec by hand, with t.");
    }
  }
  const conditional = attributes.find(({ name, tokens }) => name === "cfg_attr" && mentionsSerde(tokens));
  if (conditional !== undefined) {
    throw new RustSourceError(source, conditional.at, "bytes that depend on how Rust is compiled", UNCONDITIONAL);
  }
  for (const rule of ["rename_all", "rename_all_fields"].map(value)) {
    if (rule !== undefined && !isRule(rule)) {
      const { at } = settings.find((setting) => setting.value === rule)!;
      throw new RustSourceError(source, at, `serde has no rule ${rule} for names`);
    }
  }
  const rename = value("rename");
  const [renameAll, renameAllFields] = [value("rename_all"), value("rename_all_fields")];
  const proxy = proxyOf(settings, source);
  const module = value("with");
  return {
    ...(rename === undefined ? {} : { rename }),
    ...(renameAll === undefined ? {} : { renameAll }),
    ...(renameAllFields === undefined ? {} : { renameAllFields }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(module === undefined ? {} : { with: module }),
    isTransparent: settings.some(({ name }) => name === "transparent"),
    isSkipped: settings.some(({ name }) => name === "skip"),
    at: settings[0]?.at ?? 0,
  };
}

const HONOURED: ReadonlySet<string> = new Set([
  ...["rename", "rename_all", "rename_all_fields", "transparent", "skip", "with", "from", "try_from", "into"],
]);
const UNCONDITIONAL = "Write the attribute without its condition, or that codec by hand.";

/** Whether a type derives a trait. */
export function derives(attributes: readonly Attribute[], trait: string): boolean {
  return attributes.some(({ name, tokens }) => name === "derive" && tokens.some(({ text }) => text === trait));
}

/** Another type that is written and read in place of this one: both ways, or the two sides would not understand each other. */
function proxyOf(settings: readonly Setting[], source: RustSource): string | undefined {
  const into = settings.find(({ name }) => name === "into");
  const from = settings.find(({ name }) => name === "from" || name === "try_from");
  if (into === undefined && from === undefined) return undefined;
  if (into?.value !== undefined && into.value === from?.value) return into.value;
  const { at } = (into ?? from)!;
  throw new RustSourceError(source, at, "into and from do not name the same type", "Give both, with one type.");
}

/** `a, b = "c", d(e = "f")`: of the last form the value of `serialize`, as that is what is sent. */
function settingsOf(tokens: readonly Token[]): Setting[] {
  const settings: Setting[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const { text: name, offset: at } = tokens[i]!;
    let end = i + 1;
    for (let depth = 0; end < tokens.length && !(depth === 0 && isMark(tokens[end]!, ",")); end++) {
      if (isMark(tokens[end]!, "(")) depth++;
      if (isMark(tokens[end]!, ")")) depth--;
    }
    const rest = tokens.slice(i + 1, end);
    settings.push({ name, value: valueIn(rest), tokens: rest, at });
    i = end;
  }
  return settings;
}

function valueIn(tokens: readonly Token[]): string | undefined {
  const serialize = tokens.findIndex(({ kind, text }) => kind === "name" && text === "serialize");
  return tokens.slice(Math.max(0, serialize)).find(({ kind }) => kind === "text")?.text;
}

function isMark({ kind, text }: Token, mark: string): boolean {
  return kind === "mark" && text === mark;
}

function mentionsSerde(tokens: readonly Token[]): boolean {
  return tokens.some(({ text }) => text === "serde" || text === "Serialize" || text === "Deserialize");
}
