// What the services offer each other, and how a node says which version it is.
import { Digest, func, t } from "mosaik";

const amount = t.u64.asNumber();

const Quote = t.struct("mesh::Quote", { cents: amount, version: t.u32 });
const OrderLine = t.struct("mesh::OrderLine", { item: t.string, quantity: t.u32 });
const Receipt = t.struct("mesh::Receipt", { cents: amount, version: t.u32 });

/** What an item costs. It may be asked as often as one likes. */
export const Price = func("mesh.price", { request: t.string, response: Quote, error: t.string }, { idempotent: true });

/** Places an order: never twice for one call. */
export const Order = func("mesh.order", { request: OrderLine, response: Receipt, error: t.string });

/** The label of a node with a version of a service. */
export function versionTag(version) {
  return Digest.from(`version:${version}`);
}

/** A condition on handlers: nodes with that version. */
export function isVersion(version) {
  const tag = versionTag(version);
  return ({ entry }) => entry.tags.has(tag);
}
