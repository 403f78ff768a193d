// What each process does, until it is told to stop.
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { observer as neverLeads } from "mosaik";
import { SharedBook } from "./matching.mjs";
import { depthText, eventText, orderText, parseOrder } from "./text.mjs";
import { isSound, Orders, Reports } from "./types.mjs";

/** Keeps the book with the other matchers: puts in whatever orders it hears, and reports what came of them. */
export async function matcher(network, { secret }, signal) {
  const book = new SharedBook(network, { secret });
  await Promise.all([
    placeOrders(network, book, signal),
    reportChanges(network, book, signal),
    tellLeader(network, book, signal),
  ]);
}

async function placeOrders(network, book, signal) {
  // Every matcher puts in every order, so that one that dies takes none along.
  for await (const order of Orders.consumer(network).datums({ signal })) {
    if (isSound(order)) await book.place(order, signal);
    else console.log("refused an order that is not sound");
  }
}

async function reportChanges(network, book, signal) {
  const producer = Reports.producer(network, { onlineWhen: (subscribed) => subscribed.minimumOf(0) });
  for await (const { reports, depth } of book.changes(signal)) {
    console.log(depthText(reports.at(-1).number + 1, depth));
    for (const report of reports) await producer.send(report, { signal });
  }
}

async function tellLeader(network, book, signal) {
  for await (const leader of book.leaders(signal)) {
    if (leader === undefined)
      console.log("nobody leads: waiting for other matchers, with the same --network and secret");
    else console.log(leader === network.local.id ? "leading" : `following ${leader.short()}`);
  }
}

/** Shows everything that ever happened, and then what happens. */
export async function observer(network, { secret }, signal) {
  const book = new SharedBook(network, { secret, preference: neverLeads });
  for await (const { reports, depth } of book.changes(signal)) {
    for (const { event } of reports) console.log(eventText(event));
    console.log(depthText(reports.at(-1).number + 1, depth));
  }
}

/** Sends an order for each line of input, and tells what comes of it. Ends with the input, when all orders are in the book. */
export async function trader(network, { name }, signal) {
  const producer = Orders.producer(network);
  const consumer = Reports.consumer(network);
  // With two matchers that have an order, one may die.
  console.log("waiting for two matchers");
  await producer.when().subscribed().minimumOf(2).toPromise({ signal });
  await consumer.when().subscribed().minimumOf(2).toPromise({ signal });
  console.log("trading: buy QUANTITY PRICE, sell QUANTITY PRICE");
  const placed = new Map();
  await Promise.race([hear(consumer, placed, signal), sendAll(producer, { name, placed }, signal)]);
}

async function sendAll(producer, { name, placed }, signal) {
  const inBook = [];
  for await (const line of createInterface({ input: process.stdin, signal })) {
    const terms = parseOrder(line);
    if (terms === undefined) {
      console.log(`not understood: ${line}. An order is: buy 10 3000.50, or: sell 10 3000.50`);
      continue;
    }
    const order = { id: randomUUID(), trader: name, ...terms };
    inBook.push(new Promise((resolve) => placed.set(order.id, resolve)));
    await producer.send(order, { signal });
  }
  signal.throwIfAborted();
  await Promise.all(inBook);
}

async function hear(consumer, placed, signal) {
  let next = 0;
  for await (const { number, event } of consumer.datums({ signal })) {
    // All matchers report the same: the first one to do so is heard.
    if (number < next) continue;
    next = number + 1;
    if (event.kind === "Placed") {
      if (!placed.has(event.value.id)) continue;
      console.log(`placed: ${orderText(event.value)}`);
      placed.get(event.value.id)();
    } else if (placed.has(event.value.bid.id) || placed.has(event.value.ask.id)) {
      console.log(eventText(event));
    }
  }
}
