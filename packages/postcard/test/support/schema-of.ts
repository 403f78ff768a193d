import type { StandardSchemaV1 } from "../../src/index.js";

/** A Standard Schema as zod and valibot make them: `check` returns the value or throws what is wrong with it. */
export function schemaOf<I, O = I>(check: (value: I) => O): StandardSchemaV1<I, O> {
  const validate = (value: unknown) => {
    try {
      return { value: check(value as I) };
    } catch (error) {
      return { issues: [{ message: (error as Error).message }] };
    }
  };
  return { "~standard": { version: 1, vendor: "test", validate } };
}
