import { t } from "@mosaik/postcard";
import { func, type Caller } from "../../src/functions/index.js";
import type { Nodes } from "../nodes.js";

/** The newtypes of the Rust tests: `Data1(String)` and `Data2(String)` at the root of crate `all`. */
export const Data1 = t.newtype("all::Data1", t.string);
export const Data2 = t.newtype("all::Data2", t.string);

/** The closure `Data1 -> Data2` of the Rust tests. */
export const Closure = func({ request: Data1, response: Data2 });

/** Waits until so many handlers are known. */
export async function available(nodes: Nodes, caller: Caller<never, unknown>, minimum = 1): Promise<void> {
  await nodes.within(10_000, caller.when().available().minimumOf(minimum), `${minimum} handlers`);
}

/** Something that is settled from outside. */
export class Gate {
  readonly opened: Promise<void>;
  open!: () => void;

  constructor() {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
}
