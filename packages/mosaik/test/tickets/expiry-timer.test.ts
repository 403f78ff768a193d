import { DateTime } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import type { Runtime } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";
import { Expiration, ExpiryTimer, InvalidTicket, validateTickets } from "../../src/tickets/index.js";
import { entryOf } from "../discovery/entries.js";
import { PlainValidator } from "./validators.js";

const DAY_MS = 86_400_000;

/** A timer in a simulated world whose wall clock can be set. */
class Clockwork {
  readonly sim = new Simulator({ seed: 1 });
  readonly runtime: Runtime = this.sim.runtime("node");
  readonly firedAtMs: number[] = [];
  /** How often the timer looked at the clock. */
  looks = 0;
  /** How far the wall clock was set forward. */
  setForwardMs = 0;
  readonly timer = new ExpiryTimer(
    {
      wallMs: () => {
        this.looks++;
        return this.nowMs;
      },
      after: (delayMs, task) => this.runtime.after(delayMs, task),
    },
    () => this.firedAtMs.push(this.nowMs),
  );

  get nowMs(): number {
    return this.runtime.wallMs() + this.setForwardMs;
  }

  in(ms: number): Expiration {
    return Expiration.after(ms, this.nowMs);
  }
}

describe("ExpiryTimer", () => {
  it("fires once, in the first millisecond in which the expiration has passed", async () => {
    const world = new Clockwork();
    const startMs = world.nowMs;
    expect(world.timer.arm(world.in(1500))).toBe(true);
    await world.sim.advance(1500);
    expect(world.firedAtMs).toEqual([]);
    await world.sim.advance(DAY_MS);
    expect(world.firedAtMs).toEqual([startMs + 1501]);
  });

  it("honours nanoseconds", async () => {
    const world = new Clockwork();
    const { seconds } = DateTime.fromMillis(world.nowMs);
    const expiration = Expiration.at(new DateTime(seconds + 2, 1));
    world.timer.arm(expiration);
    await world.sim.until(() => world.firedAtMs.length > 0);
    expect(expiration.isExpired(world.firedAtMs[0]!)).toBe(true);
    expect(world.firedAtMs).toEqual([(seconds + 2) * 1000 + 1]);
  });

  it("waits longer than a timer of the platform can: 30 days", async () => {
    const world = new Clockwork();
    const startMs = world.nowMs;
    world.timer.arm(world.in(30 * DAY_MS));
    await world.sim.advance(30 * DAY_MS);
    expect(world.firedAtMs).toEqual([]);
    await world.sim.advance(DAY_MS);
    expect(world.firedAtMs).toEqual([startMs + 30 * DAY_MS + 1]);
  });

  it("waits for what is 260,000 years away", async () => {
    const world = new Clockwork();
    expect(world.timer.arm(Expiration.at(new DateTime(8_210_266_876_799)))).toBe(true);
    await world.sim.advance(DAY_MS);
    expect(world.firedAtMs).toEqual([]);
    world.timer.cancel();
  });

  it("has nothing to wait for with never and without an expiration", async () => {
    const world = new Clockwork();
    expect(world.timer.arm(Expiration.never)).toBe(true);
    expect(world.timer.arm(undefined)).toBe(true);
    const { looks } = world;
    await world.sim.advance(DAY_MS);
    expect(world.firedAtMs).toEqual([]);
    expect(world.looks).toBe(looks);
  });

  it("says at once that an expiration has passed, and arms nothing", async () => {
    const world = new Clockwork();
    expect(world.timer.arm(Expiration.alreadyExpired(world.nowMs))).toBe(false);
    await world.sim.advance(DAY_MS);
    expect(world.firedAtMs).toEqual([]);
  });

  it("forgets the expiration before it: a later one, an earlier one, never", async () => {
    const world = new Clockwork();
    const startMs = world.nowMs;
    world.timer.arm(world.in(1000));
    world.timer.arm(world.in(9000));
    world.timer.arm(world.in(5000));
    await world.sim.advance(20_000);
    expect(world.firedAtMs).toEqual([startMs + 5001]);
    world.timer.arm(world.in(1000));
    world.timer.arm(Expiration.never);
    await world.sim.advance(20_000);
    expect(world.firedAtMs).toHaveLength(1);
  });

  it("is silent after cancel, which may come twice", async () => {
    const world = new Clockwork();
    world.timer.arm(world.in(1000));
    world.timer.cancel();
    world.timer.cancel();
    await world.sim.advance(DAY_MS);
    expect(world.firedAtMs).toEqual([]);
  });

  it("notices within a minute that the clock was set forward", async () => {
    const world = new Clockwork();
    world.timer.arm(world.in(DAY_MS));
    await world.sim.advance(90_000);
    world.setForwardMs = 2 * DAY_MS;
    await world.sim.advance(60_000);
    expect(world.firedAtMs).toHaveLength(1);
  });

  it("waits on when the clock was set back", async () => {
    const world = new Clockwork();
    const expiration = world.in(10_000);
    world.timer.arm(expiration);
    world.setForwardMs = -DAY_MS;
    await world.sim.advance(DAY_MS);
    expect(world.firedAtMs).toEqual([]);
    await world.sim.advance(20_000);
    expect(world.firedAtMs).toHaveLength(1);
    expect(expiration.isExpired(world.firedAtMs[0]!)).toBe(true);
  });

  it("lets a peer that renewed its ticket stay, until it no longer does", async () => {
    const world = new Clockwork();
    const validator = new PlainValidator("a");
    let entry = entryOf(1, world.nowMs).withTicket(validator.ticket(world.in(10_000)), world.nowMs);
    let isDropped = false;
    const look = (): void => {
      const outcome = validateTickets(entry, [validator], world.nowMs, (error) => expect.fail(String(error)));
      if (outcome instanceof InvalidTicket || !timer.arm(outcome)) isDropped = true;
    };
    const timer = new ExpiryTimer(world.runtime, look);
    look();
    await world.sim.advance(5000);
    entry = entry.replacingTickets(validator.ticket(world.in(15_000)), world.nowMs);
    await world.sim.advance(14_000);
    expect(isDropped).toBe(false);
    await world.sim.advance(2000);
    expect(isDropped).toBe(true);
  });
});
