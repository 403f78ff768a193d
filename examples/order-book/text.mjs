// Orders, trades and the book as lines of text.

/** `buy 10 3000.50`; `undefined` for what is no order. */
export function parseOrder(line) {
  const [, verb, quantity, units, hundredths = ""] =
    /^\s*(buy|sell)\s+(\d{1,9})\s+(\d{1,9})(?:\.(\d{1,2}))?\s*$/.exec(line) ?? [];
  const terms = {
    side: { kind: verb === "buy" ? "Bid" : "Ask" },
    quantity: Number(quantity),
    price: Number(units + hundredths.padEnd(2, "0")),
  };
  return verb !== undefined && terms.quantity > 0 && terms.price > 0 ? terms : undefined;
}

export function orderText({ trader, side, quantity, price }) {
  return `${trader} ${side.kind === "Bid" ? "buys" : "sells"} ${at(quantity, price)}`;
}

export function eventText({ kind, value }) {
  if (kind === "Placed") return `order: ${orderText(value)}`;
  return `trade: ${value.bid.trader} buys ${at(value.quantity, value.price)} from ${value.ask.trader}`;
}

/** @param count how much has happened */
export function depthText(count, { bids, asks }) {
  return `book after ${count} events: bids ${levelsText(bids)} | asks ${levelsText(asks)}`;
}

function levelsText(levels) {
  return levels.length === 0 ? "none" : levels.map(({ price, quantity }) => at(quantity, price)).join(", ");
}

function at(quantity, price) {
  return `${quantity} @ ${(price / 100).toFixed(2)}`;
}
