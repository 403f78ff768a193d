import type { Body, Definition, Field, Schema, Variant, VariantBody } from "../../schema/index.js";
import { INTEGER_TYPES } from "../../schema/index.js";
import { renameField, renameVariant } from "./case.js";
import { RustSourceError, type RustSource } from "./errors.js";
import { parseRust } from "./parse.js";
import { Module } from "./scope.js";
import { derives, serdeOptions, type SerdeOptions } from "./serde.js";
import type { RustBody, RustData, RustField, RustItem, RustVariant } from "./syntax.js";
import { TypeReader } from "./types.js";

/**
 * The schema of the types of a Rust file that derive serde's traits.
 *
 * @param modulePath the path of the module that the file is, beginning with the crate: `type_name` prints it in front of every name
 * @param only the name of one type, to read that and what it is made of, whatever else is in the file
 * @throws RustSourceError with file, line and column, for anything that no codec is of
 */
export function readRust(source: RustSource, modulePath: string, only?: string): Schema {
  return new RustReader(source, modulePath).schema(only);
}

interface Placed {
  readonly item: RustData;
  readonly module: Module;
}

class RustReader {
  readonly #definitions = new Map<string, Definition>();
  /** What is referred to, and not read yet. */
  readonly #waiting: Placed[] = [];
  readonly #root: Module;
  readonly #items: readonly RustItem[];
  readonly #types: TypeReader;

  constructor(
    private readonly source: RustSource,
    modulePath: string,
  ) {
    this.#items = parseRust(source);
    this.#root = new Module(modulePath.split("::"), this.#items, undefined);
    this.#types = new TypeReader(source, (item, module, at) => {
      if (!isData(item)) {
        throw this.#wrong(at, `${item.name} derives neither Serialize nor Deserialize`, "Derive both.");
      }
      this.#waiting.push({ item, module });
      return keyOf(item, module);
    });
  }

  schema(only: string | undefined): Schema {
    const roots = this.#chosen(only);
    this.#waiting.push(...roots.toReversed());
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      const key = keyOf(next.item, next.module);
      if (!this.#definitions.has(key)) this.#definitions.set(key, this.#definition(key, next.item, next.module));
    }
    return {
      definitions: this.#definitions,
      roots: roots.map(({ item, module }) => ({
        name: item.name,
        type: { kind: "reference", key: keyOf(item, module) },
      })),
    };
  }

  #chosen(only: string | undefined): Placed[] {
    const all = this.#root.all().flatMap((module) => module.data.map((item) => ({ item, module })));
    const data = all.filter(({ item }) => isData(item));
    if (data.length === 0) {
      const advice = "Types without them have no bytes.";
      throw this.#wrong(0, "no type in this file derives Serialize or Deserialize", advice);
    }
    if (only === undefined) return data;
    const found = data.filter(({ item, module }) => `::${keyOf(item, module)}`.endsWith(`::${only}`));
    if (found.length === 1) return found;
    const keys = (found.length === 0 ? data : found).map(({ item, module }) => keyOf(item, module));
    const reason = found.length === 0 ? `there is no type ${only}` : `there are several types ${only}`;
    throw this.#wrong(found[1]?.item.at ?? 0, reason, `There are ${keys.join(", ")}.`);
  }

  #definition(key: string, item: RustData, module: Module): Definition {
    const { name, docs, at, genericsAt } = item;
    if (genericsAt !== undefined) throw this.#wrong(genericsAt, `${name} has parameters`, NO_PARAMETERS);
    this.#requireDerived(item);
    this.#refuseConditional(item);
    const options = serdeOptions(item.attributes, this.source);
    return { key, rustName: key, docs, at, body: this.#body(item, options, module) };
  }

  /** A hand-written implementation may write anything. */
  #requireDerived({ name, attributes, at }: RustData): void {
    const written = implementations(this.#items).find(
      ({ type, trait }) => type === name && (trait === "Serialize" || trait === "Deserialize"),
    );
    if (written !== undefined) {
      throw this.#wrong(
        written.at,
        `${name} has a ${written.trait} of its own`,
        "Derive it, or write that codec by hand.",
      );
    }
    for (const trait of ["Serialize", "Deserialize"]) {
      if (!derives(attributes, trait)) throw this.#wrong(at, `${name} does not derive ${trait}`, DERIVE_BOTH);
    }
  }

  #refuseConditional({ attributes }: Pick<RustData, "attributes">): void {
    const cfg = attributes.find(({ name }) => name === "cfg");
    if (cfg === undefined) return;
    throw this.#wrong(cfg.at, "bytes that depend on how Rust is compiled", "Leave the condition out.");
  }

  #body(item: RustData, options: SerdeOptions, module: Module): Body {
    const { body } = item;
    if (options.proxy !== undefined) {
      return { kind: "tuple", items: [this.#types.typeOfText(options.proxy, module, options.at)] };
    }
    if (body.kind === "enum") {
      const { renameAll, renameAllFields } = options;
      const variants = this.#variants(body.variants, { renameAll, renameAllFields }, module);
      return { kind: "enum", variants, repr: reprOf(item) };
    }
    const fields = this.#variantBody(body, options.renameAll, module, options.isTransparent);
    return options.isTransparent ? this.#transparent(fields, options.at) : fields;
  }

  /** The one field, whatever its name. */
  #transparent(body: VariantBody, at: number): VariantBody {
    const types =
      body.kind === "struct" ? body.fields.map(({ type }) => type) : body.kind === "tuple" ? body.items : [];
    if (types.length !== 1) throw this.#wrong(at, "a transparent struct has one field");
    return { kind: "tuple", items: types };
  }

  #variants(
    variants: readonly RustVariant[],
    rules: { renameAll: string | undefined; renameAllFields: string | undefined },
    module: Module,
  ): Variant[] {
    const kept: Variant[] = [];
    let skippedAt: number | undefined;
    for (const variant of variants) {
      this.#refuseConditional(variant);
      const options = serdeOptions(variant.attributes, this.source);
      if (options.isSkipped) {
        skippedAt ??= variant.at;
        continue;
      }
      if (skippedAt !== undefined) {
        throw this.#wrong(
          skippedAt,
          "a variant that is skipped in front of others",
          "serde counts it when it writes and not when it reads. Put it at the end.",
        );
      }
      if (options.with !== undefined) throw this.#with(options.with, variant.at);
      const name =
        options.rename ?? (rules.renameAll === undefined ? variant.name : renameVariant(variant.name, rules.renameAll));
      const body = this.#variantBody(variant.body, options.renameAll ?? rules.renameAllFields, module);
      kept.push({ name, body, docs: variant.docs, discriminant: this.#discriminant(variant) });
    }
    return kept;
  }

  #discriminant({ discriminant, at }: RustVariant): bigint | undefined {
    if (discriminant === undefined) return undefined;
    const text = discriminant.map(({ text }) => text).join("");
    const digits = /^(-?)(0x[\da-fA-F_]+|0b[01_]+|0o[0-7_]+|[\d_]+?)(?:[ui](?:8|16|32|64|128|size))?$/.exec(text);
    if (digits === null) throw this.#wrong(at, "a discriminant that has to be computed", "Write the number.");
    const value = BigInt(digits[2]!.replaceAll("_", ""));
    return digits[1] === "-" ? -value : value;
  }

  #variantBody(body: RustBody, rule: string | undefined, module: Module, isTransparent = false): VariantBody {
    if (body.kind === "unit") return { kind: "unit" };
    const fields = body.fields.flatMap((field) => this.#field(field, rule, module));
    if (body.kind === "struct") return { kind: "struct", fields };
    const items = fields.map(({ type }) => type);
    if (body.fields.length === 1 && items.length === 0) {
      throw this.#wrong(body.fields[0]!.at, "a newtype whose only field is skipped", "Leave the field out.");
    }
    // What is left of several is a tuple still, for JSON.
    const isTuple = items.length === 1 && body.fields.length > 1 && !isTransparent;
    return { kind: "tuple", items: isTuple ? [{ kind: "tuple", items }] : items };
  }

  /** None if it is skipped. */
  #field(field: RustField, rule: string | undefined, module: Module): Field[] {
    this.#refuseConditional(field);
    const options = serdeOptions(field.attributes, this.source);
    if (options.isSkipped) return [];
    const { name = "", docs, type, at } = field;
    // serde_bytes writes what Vec<u8> has anyway.
    if (options.with !== undefined && options.with !== "serde_bytes") throw this.#with(options.with, at);
    const renamed = options.rename ?? (rule === undefined ? name : renameField(name, rule));
    return [{ name: renamed, docs, type: this.#types.type(type, module) }];
  }

  #with(module: string, at: number): RustSourceError {
    return this.#wrong(at, `#[serde(with = "${module}")] is not honoured`, WITH);
  }

  #wrong(at: number, reason: string, advice?: string): RustSourceError {
    return new RustSourceError(this.source, at, reason, advice);
  }
}

const NO_PARAMETERS = "Types with parameters are written by hand: t.struct(name, fields, { generics }).";
const DERIVE_BOTH = "Derive both, or take other types of the file alone: FILE.rs#NAME.";
const WITH = "A module of your own decides about the bytes. Write that codec by hand: t.transform, t.custom.";

function isData({ attributes }: RustData): boolean {
  return derives(attributes, "Serialize") || derives(attributes, "Deserialize");
}

function keyOf({ name }: RustData, module: Module): string {
  return [...module.path, name].join("::");
}

function reprOf({ attributes }: RustData) {
  const tokens = attributes.filter(({ name }) => name === "repr").flatMap(({ tokens }) => tokens);
  return INTEGER_TYPES.find((type) => tokens.some(({ text }) => text === type));
}

function implementations(items: readonly RustItem[]): Extract<RustItem, { kind: "impl" }>[] {
  return items.flatMap((item) =>
    item.kind === "impl" ? [item] : item.kind === "module" ? implementations(item.items) : [],
  );
}
