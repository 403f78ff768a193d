import { t, type Codec } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { baseFunctionId, effectiveFunctionId } from "../../src/functions/index.js";
import { Digest } from "../../src/primitives/index.js";
import { validatorOf } from "../tickets/validators.js";
import { loadCases } from "../vectors/load.js";

interface Case {
  readonly name: string;
  readonly how: string;
  readonly id: string;
}

const named = (name: string): Codec<never> => t.newtype(name, t.unit) as Codec<never>;
const closure = (request: string, response: string): Digest =>
  baseFunctionId(undefined, { request: named(request), response: named(response) });
const marked = (rustName: string, request: string, response: string): Digest =>
  baseFunctionId(undefined, { request: named(request), response: named(response), rustName });

/** The validators `sig-a` and `sig-b` of the vectors. */
const [a, b] = ["sig-a", "sig-b"].map((name) => ({
  ...validatorOf(name, () => {
    throw new Error("not asked");
  }),
  signature: Digest.from(name),
}));
const text = "alloc::string::String";
const strings = closure(text, text);
const u8s = closure(text, "u8");
const pricer = marked("demo::Pricer", "demo::QuoteRequest", "demo::QuoteResponse");

/** What the cases are about, by their names. */
const IDS: Record<string, Digest> = {
  "trait Pricer": pricer,
  "caller_for Pricer": pricer,
  "explicit id text oracle.price": baseFunctionId("oracle.price", { request: named("x"), response: named("y") }),
  "function!(Shout = String -> String)": marked("demo::Shout", text, text),
  "function!(Echo = String -> String)": marked("demo::Echo", text, text),
  "closure String -> String, caller ticket sig-a": effectiveFunctionId(strings, [a!], []),
  "closure String -> String, handler ticket sig-a": effectiveFunctionId(strings, [], [a!]),
  "closure String -> String, caller sig-a, handler sig-b": effectiveFunctionId(strings, [a!], [b!]),
  "closure String -> String, handler sig-b declared before caller sig-a (same result)": effectiveFunctionId(
    strings,
    [a!],
    [b!],
  ),
  "closure String -> String, caller sig-b, handler sig-a": effectiveFunctionId(strings, [b!], [a!]),
  "closure String -> String, callers sig-a, sig-b": effectiveFunctionId(strings, [a!, b!], []),
  "caller builder: require_ticket(sig-a) counts as handler ticket": effectiveFunctionId(strings, [], [a!]),
  "handler builder String -> u8: require_ticket(sig-a) counts as caller ticket": effectiveFunctionId(u8s, [a!], []),
};

describe("function ids of Rust", () => {
  const cases = loadCases<Case>("functions.json").filter(({ id }) => id !== undefined);
  for (const { name, id } of cases) {
    it(name, () => {
      const match = /^closure (.+) -> (.+)$/.exec(name);
      const ours = IDS[name] ?? closure(match![1]!, match![2]!);
      expect(ours.hex).toBe(id);
    });
  }
});
