import { Digest } from "mosaik";

/** Texts that ids were made of, for people to read: an id does not tell what it was made of. */
export class Names {
  readonly #byId = new Map<Digest, string>();

  constructor(texts: readonly string[] = []) {
    for (const text of [...WELL_KNOWN, ...texts]) this.#byId.set(Digest.from(text), text);
  }

  /** The text, or the short form of the id. */
  of(id: Digest): string {
    return this.#byId.get(id) ?? id.short();
  }
}

/** Tags that mosaik itself uses. */
const WELL_KNOWN = ["beacon-node", "mosaik.observer"];
