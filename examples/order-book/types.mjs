// What travels between the processes. Prices are in hundredths, quantities in whole units.
import { stream, t } from "mosaik";

const amount = t.u64.asNumber();

const Side = t.enum("order_book::Side", { Bid: t.unit, Ask: t.unit });

/** A limit order. Its id is unique: an order that comes twice is one order. */
export const Order = t.struct("order_book::Order", {
  id: t.string,
  trader: t.string,
  side: Side,
  price: amount,
  quantity: amount,
});

const Trade = t.struct("order_book::Trade", { bid: Order, ask: Order, price: amount, quantity: amount });

/** The price levels of one side, the best first. */
const Levels = t.vec(t.struct("order_book::Level", { price: amount, quantity: amount }));

/** The best price levels of both sides. */
export const Depth = t.struct("order_book::Depth", { bids: Levels, asks: Levels });

/** What happened to the book, numbered from 0. */
const Report = t.struct("order_book::Report", {
  number: amount,
  event: t.enum("order_book::Event", { Placed: Order, Traded: Trade }),
});

/** From every trader to every matcher. */
export const Orders = stream("order-book.orders", Order);

/** From every matcher to every trader: each matcher sends the same. */
export const Reports = stream("order-book.reports", Report);

/** Whether a matcher takes an order. Whoever is in the network can send one. */
export function isSound({ id, trader, price, quantity }) {
  return /^[\w-]{1,64}$/.test(id) && /^[\w-]{1,32}$/.test(trader) && price > 0 && quantity > 0;
}
