import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Network } from "../../../src/node/index.js";
import { Digest } from "../../../src/primitives/index.js";
import {
  AttestationError,
  decodeTicket,
  tdx,
  TDX_TICKET_CLASS,
  type AttestationSource,
  type TdxTicket,
} from "../../../src/tee/index.js";
import { Simulator } from "../../../src/testing/index.js";
import { Expiration } from "../../../src/tickets/index.js";
import { MEASURED, standIn, TEST_ROOT } from "./hardware.js";

const HOUR_MS = 3_600_000;

describe("a guest of Intel TDX", () => {
  let sim: Simulator;
  let network: Network;

  beforeEach(async () => {
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
    network = await sim.within(
      1000,
      Network.join("guests", { runtime: sim.runtime("guest"), relay: "none", discovery: { dht: false } }),
    );
  });

  afterEach(async () => {
    await sim.within(10_000, network.close());
    await sim.close();
  });

  const tickets = (): TdxTicket[] =>
    network.discovery.catalog.local.entry.ticketsOf(TDX_TICKET_CLASS).map(({ data }) => decodeTicket(data));
  const nowMs = (): number => network.local.runtime.wallMs();
  const quotedAt = (): string => tickets()[0]!.quotedAt.toString();

  it("says what was measured of it, and demands the same of others", async () => {
    const guest = await network.tdx({ source: standIn() });
    expect(await guest.available()).toBe(true);
    expect(await guest.measurements()).toEqual(MEASURED);
    const { mrtd, rtmr2 } = MEASURED;
    expect(await guest.own("mrtd", "rtmr2")).toEqual({ mrtd, rtmr2 });
    expect(await guest.own()).toEqual(MEASURED);
    expect(tdx({ measurements: await guest.own(), collateral: "none" }).signature).toBe(
      tdx({ measurements: MEASURED, collateral: "none" }).signature,
    );
  });

  it("makes tickets that a validator takes, bound to the node as Rust binds them", async () => {
    const source = standIn();
    const guest = await network.tdx({ source });
    const expiration = Expiration.inHours(1, nowMs());
    const ticket = await guest.ticket(expiration);
    expect(ticket.class).toBe(TDX_TICKET_CLASS);
    const read = decodeTicket(ticket.data);
    expect([read.peerId, read.networkId]).toEqual([network.local.id, Digest.from("guests")]);
    expect(read.expiration.equals(expiration)).toBe(true);
    expect(read.startedAt.toMillis()).toBe(network.discovery.catalog.local.entry.startedAtMs);
    const validator = tdx({ measurements: MEASURED, root: TEST_ROOT, collateral: "none", maxLifetimeMs: HOUR_MS });
    expect(validator.validate(ticket.data, network.discovery.catalog.local.entry, nowMs())).toEqual(expiration);
    await expect(guest.ticket(Expiration.alreadyExpired(nowMs()))).rejects.toMatchObject({
      code: "expirationInThePast",
    });
    expect(source.asked).toHaveLength(1);
  });

  it("installs its own ticket in one change, and renews it at half of its lifetime", async () => {
    const guest = await network.tdx({ source: standIn() });
    const { updated } = network.discovery.catalog.local.entry.version;
    await guest.installOwnTicket({ lifetimeMs: HOUR_MS });
    expect(network.discovery.catalog.local.entry.version.updated).toBeGreaterThan(updated);
    expect(tickets()).toHaveLength(1);
    const first = quotedAt();
    await sim.advance(HOUR_MS / 2 - 1000);
    expect(quotedAt()).toBe(first);
    await sim.advance(2000);
    expect(quotedAt()).not.toBe(first);
    expect(tickets()).toHaveLength(1);
    expect(tickets()[0]!.expiration.remainingMs(nowMs())).toBeGreaterThan(HOUR_MS - 5000);
  });

  it("renews a ticket that is valid for ever only where it is told to", async () => {
    const guest = await network.tdx({ source: standIn() });
    await guest.installOwnTicket();
    const first = quotedAt();
    expect(tickets()[0]!.expiration).toEqual(Expiration.never);
    await sim.advance(24 * HOUR_MS);
    expect(quotedAt()).toBe(first);
    await guest.installOwnTicket({ renewEveryMs: HOUR_MS });
    const second = quotedAt();
    await sim.advance(HOUR_MS + 1000);
    expect(quotedAt()).not.toBe(second);
    guest.removeOwnTicket();
    await sim.advance(2 * HOUR_MS);
    expect(tickets()).toEqual([]);
  });

  it("tries a renewal again that failed, and reports it", async () => {
    const hardware = standIn();
    let isFailing = false;
    const failure = new AttestationError("quoteFailed", "the host is busy");
    const source: AttestationSource = {
      provider: "tdx_guest",
      quote: (data) => (isFailing ? Promise.reject(failure) : hardware.quote(data)),
    };
    const guest = await network.tdx({ source });
    await guest.installOwnTicket({ lifetimeMs: HOUR_MS });
    const first = quotedAt();
    isFailing = true;
    await sim.advance(HOUR_MS / 2 + 5000);
    expect(sim.reports.map(({ error }) => error)).toEqual([failure]);
    expect(quotedAt()).toBe(first);
    isFailing = false;
    await sim.advance(10_000);
    expect(quotedAt()).not.toBe(first);
  });

  it("leaves no ticket behind that was removed while it was made", async () => {
    const hardware = standIn();
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    const guest = await network.tdx({
      source: { provider: "tdx_guest", quote: (data) => gate.then(() => hardware.quote(data)) },
    });
    const installing = guest.installOwnTicket();
    guest.removeOwnTicket();
    go();
    await installing;
    expect(tickets()).toEqual([]);
  });

  it("is none where the kernel makes no quotes", async () => {
    const none = new AttestationError("unavailable", "this is no confidential guest");
    const guest = await network.tdx({ source: { provider: "tdx_guest", quote: () => Promise.reject(none) } });
    expect(await guest.available()).toBe(false);
    await expect(guest.measurements()).rejects.toBe(none);
    await expect(guest.installOwnTicket()).rejects.toBe(none);
    expect(tickets()).toEqual([]);
    const garbage = { provider: "tdx_guest", quote: () => Promise.resolve(new Uint8Array(9)) };
    expect(await (await network.tdx({ source: garbage })).available()).toBe(false);
  });

  it.each([0, -1, Number.NaN, Infinity, 999])("refuses a lifetime of %s ms", async (lifetimeMs) => {
    const guest = await network.tdx({ source: standIn() });
    await expect(guest.installOwnTicket({ lifetimeMs })).rejects.toMatchObject({ code: "invalidOption" });
  });
});
