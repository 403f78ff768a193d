import { describe, expect, it } from "vitest";
import type { PeerEntry } from "../../src/network/index.js";
import type { Runtime } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";
import type { InvalidTicket } from "../../src/tickets/index.js";
import { Expiration, TicketGate, type TicketValidator } from "../../src/tickets/index.js";
import { entryOf } from "../discovery/entries.js";
import { PlainValidator, validatorOf } from "./validators.js";

const DAY_MS = 86_400_000;

/** A peer with tickets, and the gates that watch it. */
class Watch {
  readonly sim = new Simulator({ seed: 1 });
  readonly runtime: Runtime = this.sim.runtime("node");
  readonly startMs = this.runtime.wallMs();
  readonly validator = new PlainValidator("a");
  /** What was revoked, and how many ms after the start. */
  readonly revoked: { afterMs: number; refusal: InvalidTicket }[] = [];
  entry = entryOf(1, this.startMs);

  /** The peer's entry with one ticket in the place of all of the class. */
  withTicket(untilMs: number, validator = this.validator): PeerEntry {
    const ticket = validator.ticket(Expiration.after(untilMs, this.startMs));
    return (this.entry = this.entry.replacingTickets(ticket, this.runtime.wallMs()));
  }

  withoutTickets(): PeerEntry {
    return (this.entry = this.entry.withoutTickets(() => true, this.runtime.wallMs()));
  }

  gate(...validators: TicketValidator[]): TicketGate {
    return new TicketGate(this.runtime, validators, this.entry, (refusal) =>
      this.revoked.push({ afterMs: this.runtime.wallMs() - this.startMs, refusal }),
    );
  }
}

describe("TicketGate", () => {
  it("admits a peer until its ticket expires, and revokes it in the first millisecond after", async () => {
    const watch = new Watch();
    watch.withTicket(5000);
    const gate = watch.gate(watch.validator);
    expect(gate.isAdmitted).toBe(true);
    expect(gate.until).toEqual(Expiration.after(5000, watch.startMs));
    await watch.sim.advance(5000);
    expect(watch.revoked).toEqual([]);
    await watch.sim.advance(DAY_MS);
    expect(watch.revoked).toHaveLength(1);
    expect(watch.revoked[0]!.afterMs).toBe(5001);
    expect(gate.isAdmitted).toBe(false);
    expect(gate.refusal).toBe(watch.revoked[0]!.refusal);
    expect(gate.refusal).toMatchObject({ code: "refused", peer: watch.entry.id });
  });

  it("lets a peer stay that renews its ticket before it expires", async () => {
    const watch = new Watch();
    watch.withTicket(5000);
    const gate = watch.gate(watch.validator);
    for (let untilMs = 10_000; untilMs <= 100_000; untilMs += 5000) {
      await watch.sim.advance(4000);
      gate.refresh(watch.withTicket(untilMs));
      await watch.sim.advance(1000);
    }
    expect(watch.revoked).toEqual([]);
    await watch.sim.advance(DAY_MS);
    expect(watch.revoked.map(({ afterMs }) => afterMs)).toEqual([100_001]);
  });

  it("goes on with another ticket of the entry when one expires", async () => {
    const watch = new Watch();
    const [short, long] = [1000, 9000].map((ms) => watch.validator.ticket(Expiration.after(ms, watch.startMs)));
    watch.entry = watch.entry.withTicket(long!, watch.startMs);
    const gate = watch.gate(watch.validator);
    gate.refresh((watch.entry = watch.entry.withTicket(short!, watch.startMs)));
    expect(gate.until).toEqual(Expiration.after(9000, watch.startMs));
    gate.refresh((watch.entry = watch.entry.withoutTickets((ticket) => ticket === long, watch.startMs)));
    await watch.sim.advance(DAY_MS);
    expect(watch.revoked).toHaveLength(1);
  });

  it("revokes at once when the ticket is removed", () => {
    const watch = new Watch();
    watch.withTicket(5000);
    const gate = watch.gate(watch.validator);
    gate.refresh(watch.withoutTickets());
    expect(watch.revoked).toHaveLength(1);
    expect(gate.refusal).toMatchObject({ code: "missing" });
  });

  it("revokes once, whatever comes afterwards", async () => {
    const watch = new Watch();
    watch.withTicket(5000);
    const gate = watch.gate(watch.validator);
    gate.refresh(watch.withoutTickets());
    gate.refresh(watch.withTicket(9000));
    gate.refresh(watch.withoutTickets());
    await watch.sim.advance(DAY_MS);
    expect(watch.revoked).toHaveLength(1);
    expect(gate.isAdmitted).toBe(false);
  });

  it("goes by the earliest of several validators", async () => {
    const watch = new Watch();
    const other = new PlainValidator("b");
    watch.withTicket(9000);
    watch.withTicket(4000, other);
    const gate = watch.gate(watch.validator, other);
    expect(gate.until).toEqual(Expiration.after(4000, watch.startMs));
    await watch.sim.advance(2000);
    gate.refresh(watch.withTicket(20_000, other));
    expect(gate.until).toEqual(Expiration.after(9000, watch.startMs));
    await watch.sim.advance(DAY_MS);
    expect(watch.revoked.map(({ afterMs }) => afterMs)).toEqual([9001]);
  });

  it("refuses from the beginning without revoking: no ticket, an expired one, one of two", async () => {
    const watch = new Watch();
    expect(watch.gate(watch.validator).refusal).toMatchObject({ code: "missing" });
    watch.withTicket(-1);
    expect(watch.gate(watch.validator).refusal).toMatchObject({ code: "refused" });
    watch.withTicket(1000);
    expect(watch.gate(watch.validator, new PlainValidator("b")).refusal).toMatchObject({ code: "missing" });
    await watch.sim.advance(DAY_MS);
    expect(watch.revoked).toEqual([]);
  });

  it("refuses what a validator accepts until a moment that has passed", () => {
    const watch = new Watch();
    watch.withTicket(1000);
    const careless = validatorOf("a", () => Expiration.alreadyExpired(watch.startMs));
    expect(watch.gate(careless).refusal).toMatchObject({ code: "expired", peer: watch.entry.id });
  });

  it("admits everybody for ever without validators", async () => {
    const watch = new Watch();
    const gate = watch.gate();
    gate.refresh(watch.withTicket(1000));
    await watch.sim.advance(DAY_MS);
    expect(gate.isAdmitted).toBe(true);
    expect(gate.until).toBeUndefined();
    expect(watch.revoked).toEqual([]);
  });

  it("asks no validator for the entry that it knows, and for every other", () => {
    const watch = new Watch();
    watch.withTicket(5000);
    const gate = watch.gate(watch.validator);
    gate.refresh(watch.entry);
    expect(watch.validator.shown).toHaveLength(1);
    gate.refresh(watch.entry.incremented(watch.startMs));
    expect(watch.validator.shown).toHaveLength(2);
  });

  it("reports a validator that throws, and revokes", () => {
    const watch = new Watch();
    let isBroken = false;
    const validator = validatorOf("a", () => {
      if (isBroken) throw new Error("broken");
      return Expiration.never;
    });
    watch.withTicket(5000);
    const reports: unknown[] = [];
    const world = {
      wallMs: () => watch.runtime.wallMs(),
      after: (delayMs: number, task: () => void) => watch.runtime.after(delayMs, task),
      report: (error: unknown) => void reports.push(error),
    };
    const revoked: InvalidTicket[] = [];
    const gate = new TicketGate(world, [validator], watch.entry, (refusal) => revoked.push(refusal));
    isBroken = true;
    gate.refresh(watch.entry.incremented(watch.startMs));
    expect(revoked).toMatchObject([{ code: "validatorFailed" }]);
    expect(reports).toEqual([new Error("broken")]);
  });

  it("is silent once it is closed", async () => {
    const watch = new Watch();
    watch.withTicket(5000);
    const gate = watch.gate(watch.validator);
    gate.close();
    gate.refresh(watch.withoutTickets());
    await watch.sim.advance(DAY_MS);
    expect(watch.revoked).toEqual([]);
  });
});
