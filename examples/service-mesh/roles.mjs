// What each service does, until it is told to stop.
import { setTimeout as sleep } from "node:timers/promises";
import { ApplicationError, FunctionError } from "mosaik";
import { Order, Price } from "./functions.mjs";
import { priceCall } from "./prices.mjs";

const CENTS = { apple: 40, bread: 350, cheese: 720 };
const ITEMS = Object.keys(CENTS);
const ORDER_EVERY_MS = 10;

/** Says what things cost. */
export async function price(network, { version, faulty }, signal) {
  let asked = 0;
  Price.handle(network, async (item, { signal: callSignal }) => {
    asked++;
    if (faulty) throw new Error("version 2 is broken");
    await sleep(2 + 6 * Math.random(), undefined, { signal: callSignal });
    if (!Object.hasOwn(CENTS, item)) throw new ApplicationError(`there is no ${item}`);
    return { cents: CENTS[item], version };
  });
  console.log(`serving prices, version ${version}`);
  await untilAborted(signal).finally(() => console.log(`asked ${asked} times`));
}

/** Takes orders, at the price that a price service says. */
export async function orders(network, _options, signal) {
  const priceOf = priceCall(network);
  Order.handle(network, async ({ item, quantity }, { deadlineMs, signal: callSignal }) => {
    // Up to here nothing has happened: where there is no price the order is refused, and nobody is in doubt.
    const { cents, version } = await priceOf(item, { timeoutMs: deadlineMs, signal: callSignal }).catch(refuse);
    await sleep(5);
    return { cents: cents * quantity, version };
  });
  console.log("serving orders");
  await untilAborted(signal);
}

function refuse(error) {
  throw error instanceof FunctionError ? new ApplicationError(error.error ?? error.message) : error;
}

/** Places orders all the time, and tells what came of them. */
export async function load(network, _options, signal) {
  const order = Order.caller(network, { callTimeoutMs: 1000 });
  await order.when().online().toPromise({ signal });
  console.log("placing orders");
  const sum = { placed: 0, byVersion2: 0, inDoubt: 0, failed: 0 };
  const place = async () => {
    const item = ITEMS[Math.floor(Math.random() * ITEMS.length)];
    try {
      const { version } = await order({ item, quantity: 1 });
      sum.placed++;
      if (version === 2) sum.byVersion2++;
    } catch (error) {
      if (error instanceof FunctionError && error.outcomeUnknown) sum.inDoubt++;
      else sum.failed++;
      console.log(`! ${error.error ?? error.message}`);
    }
  };
  const tell = ({ placed, byVersion2, inDoubt, failed }) =>
    console.log(`orders: ${placed} placed, ${byVersion2} of them by version 2, ${inDoubt} in doubt, ${failed} failed`);
  const underWay = new Set();
  const timer = setInterval(() => {
    const one = place().finally(() => underWay.delete(one));
    underWay.add(one);
  }, ORDER_EVERY_MS);
  try {
    for await (const _ of everySecond(signal)) tell(sum);
  } finally {
    clearInterval(timer);
    await Promise.all(underWay);
    tell(sum);
  }
}

async function* everySecond(signal) {
  for (;;) {
    await sleep(1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    yield;
  }
}

function untilAborted(signal) {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}
