import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection, type CollectionDef, type CollectionOptions, type Handle } from "../../../src/collections/index.js";
import type { Network } from "../../../src/node/index.js";
import { ticketFor, validatorFor } from "../../streams/jwt.js";
import { isSmoke, useCluster } from "../cluster.js";

const u64 = t.u64.asNumber();
const alpha = { secret: "secret-alpha", issuer: "issuer-alpha" };
const beta = { secret: "secret-beta", issuer: "issuer-beta" };
/** How long one without a ticket is watched. */
const WATCHED_MS = 3000;

type AnyHandle = Handle<{ readonly size: number }, object>;

/** Rust's tests/collections/auth.rs. */
describe.skipIf(isSmoke)("tickets", () => {
  const context = useCluster();

  async function joinWith(...tickets: (readonly { secret: string; issuer: string }[])[]): Promise<Network[]> {
    const networks = await context.cluster.join(tickets.length);
    for (const [i, network] of networks.entries()) {
      for (const by of tickets[i]!) network.discovery.addTicket(ticketFor(network, by));
    }
    await context.cluster.nodes.discoverAll(...networks);
    return networks;
  }

  /** Two with tickets share the collection; a third one without sees nothing of it. */
  async function isGated<R extends AnyHandle, W extends AnyHandle>(
    def: CollectionDef<R, W>,
    write: (writer: W) => Promise<unknown>,
  ): Promise<void> {
    const { cluster } = context;
    const [a, b, c] = await joinWith([alpha], [alpha], []);
    const w = await cluster.online(def.writer(a!));
    const r = await cluster.online(def.reader(b!));
    const outsider = def.reader(c!);
    await cluster.write(write(w));
    await cluster.settle(w, r);
    expect(r.size).toBe(1);
    await seesNothing(outsider);
  }

  async function seesNothing(handle: AnyHandle): Promise<void> {
    const { nodes } = context.cluster;
    const seen = nodes.within(WATCHED_MS + 1000, handle.when().online().toPromise({ timeoutMs: WATCHED_MS }));
    await expect(seen).rejects.toMatchObject({ name: "CollectionError", code: "timeout" });
    expect([handle.size, handle.version]).toEqual([0, 0]);
  }

  const gated: CollectionOptions = { requireTicket: validatorFor(alpha.secret, alpha.issuer) };

  it("map_auth_tickets", () => isGated(collection.map("m", u64, u64, gated), (w) => w.insert(1, 1)));
  it("vec_auth_tickets", () => isGated(collection.vec("v", u64, gated), (w) => w.pushBack(1)));
  it("set_auth_tickets", () => isGated(collection.set("s", u64, gated), (w) => w.insert(1)));
  it("cell_auth_tickets", () => isGated(collection.cell("c", u64, gated), (w) => w.set(1)));
  it("once_auth_tickets", () => isGated(collection.once("o", u64, gated), (w) => w.set(1)));
  it("priority_queue_auth_tickets", () =>
    isGated(collection.priorityQueue("q", u64, u64, u64, gated), (w) => w.insert(1, 1, 1)));

  it("different_auths_produce_different_group_ids", () => {
    const ids = [alpha, beta, undefined].map((by) => {
      const options = by === undefined ? {} : { requireTicket: validatorFor(by.secret, by.issuer) };
      return collection.map("m", u64, u64, options).groupId;
    });
    expect(new Set(ids).size).toBe(3);
  });

  it("collection_macro_with_require_ticket", async () => {
    const Gated = collection.map("gated", t.string, u64, { requireTicket: [validatorFor(alpha.secret, alpha.issuer)] });
    await isGated(Gated, (w) => w.insert("a", 1));
  });

  it("collection_macro_with_multiple_tickets", async () => {
    const { cluster } = context;
    const Both = collection.map("both", u64, u64, {
      requireTicket: [validatorFor(alpha.secret, alpha.issuer), validatorFor(beta.secret, beta.issuer)],
    });
    const [a, b, c] = await joinWith([alpha, beta], [alpha, beta], [alpha]);
    const w = await cluster.online(Both.writer(a!));
    const r = await cluster.online(Both.reader(b!));
    await cluster.write(w.insert(1, 1));
    await cluster.settle(w, r);
    expect(r.get(1)).toBe(1);
    await seesNothing(Both.reader(c!));
  });

  it("macros_different_validators_group_ids", () => {
    const one = collection.vec("x", u64, { requireTicket: validatorFor(alpha.secret, alpha.issuer) });
    const other = collection.vec("x", u64, { requireTicket: validatorFor(beta.secret, beta.issuer) });
    expect(one.groupId).not.toBe(other.groupId);
  });
});
