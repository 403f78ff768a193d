import { t } from "@mosaik/postcard";
import { func, type Caller } from "../../src/functions/index.js";
import type { Ticket } from "../../src/network/index.js";
import type { Network } from "../../src/node/index.js";
import { Expiration } from "../../src/tickets/index.js";
import { Hs256, jwt, JwtIssuer } from "../../src/tickets/jwt/index.js";
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

const ISSUER = "mosaik.test.jwt.issuer";
const key = new Hs256(new Uint8Array(32).fill(7));

/** The validator of the Rust tests. */
export const validator = jwt({ keys: key, issuers: [ISSUER] });

/** A ticket for a node that `validator` accepts for an hour. */
export function ticketFor({ local }: Network): Ticket {
  const nowMs = local.runtime.wallMs();
  return new JwtIssuer(key, { issuer: ISSUER }).issue(local.id, nowMs, { expiresAt: Expiration.inHours(1, nowMs) });
}
