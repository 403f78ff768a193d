import { readFileSync } from "node:fs";

/** The cases of a file of vectors: bytes made by Rust mosaik 0.4.2. */
export function loadCases<C>(file: string): C[] {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return (JSON.parse(text) as { cases: C[] }).cases;
}
