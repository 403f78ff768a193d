// `node --test`, or `BUG=check node --test`, or `BUG=alone node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "mosaik/testing";
import { NODES, Seats } from "./seats.mjs";

const bug = process.env.BUG;
const secret = "ab".repeat(32);
const NAMES = ["ada", "bob", "cyd"].slice(0, NODES);
const SEATS = ["1A", "1B", "1C", "1D", "2A", "2B", "2C", "2D"];

/** What a node runs: the service, as in main.mjs, on a simulated network. */
async function seats(node) {
  const service = new Seats(await node.join("seats"), { secret, bug });
  await service.ready();
  return service;
}

function startAll(world) {
  return Promise.all(NAMES.map((name) => world.start(name, seats)));
}

/** What anybody was told: `told.get("1A")` has the name of each who was told that the seat is his. */
function noteBookings() {
  const told = new Map(SEATS.map((seat) => [seat, new Set()]));
  const book = async (node, seat, name) => {
    if (await node.service.book(seat, name)) told.get(seat).add(name);
  };
  return { told, book };
}

/** Nobody was told something that is not so, and all nodes say the same. */
async function check(world, nodes, told) {
  const plans = nodes.map(({ service }) => service.taken);
  await world.until(
    () =>
      plans.every((plan) => plan.size === SEATS.length && SEATS.every((seat) => plan.get(seat) === plans[0].get(seat))),
    60_000,
    "all nodes to have the same plan",
  );
  for (const [seat, names] of told) assert.deepEqual([...names], [plans[0].get(seat)], `who has seat ${seat}`);
}

test("a seat is booked once, whoever asks for it at the same time", async () => {
  await simulate({ seeds: 50 }, async (world) => {
    const nodes = await startAll(world);
    const { told, book } = noteBookings();
    await Promise.all(nodes.flatMap((node) => SEATS.map((seat) => book(node, seat, `a customer of ${node.name}`))));
    await check(world, nodes, told);
  });
});

test("a booking that was confirmed stays, through partitions, pauses and lost connections", async () => {
  await simulate({ seeds: 50 }, async (world) => {
    const nodes = await startAll(world);
    const { told, book } = noteBookings();
    const chaos = world.chaos({ durationMs: 40_000, count: 12, lastsMaxMs: 12_000 });
    const bookings = nodes.map(async (node) => {
      for (const seat of SEATS) {
        await world.sleep(5000 * world.random.unit());
        await book(node, seat, `a customer of ${node.name}`);
      }
    });
    await Promise.all([chaos, ...bookings]);
    await check(world, nodes, told);
  });
});

test("a node that crashes comes back to the bookings of the others, one at a time", async () => {
  await simulate({ seeds: 50 }, async (world) => {
    const nodes = await startAll(world);
    const { told, book } = noteBookings();
    for (const [i, seat] of SEATS.entries()) {
      const [one, other] = [nodes[i % NODES], nodes[(i + 1) % NODES]];
      const booking = book(one, seat, `customer ${i}`);
      other.kill();
      await booking;
      await world.sleep(10_000 * world.random.unit());
      await other.restart();
    }
    await check(world, nodes, told);
  });
});
