// The book itself: orders that rest, and what became of all. It knows nothing of networks.

/** Matches orders by price, then by time. The same orders, in the same sequence, always come to the same. */
export class OrderBook {
  /** What happened, from the beginning: `{ kind: "Placed", value: order }`, `{ kind: "Traded", value: trade }`. */
  journal = [];
  /** Orders that wait, with what is left of them: the best price first, of one price the oldest. */
  #resting = { Bid: [], Ask: [] };
  #ids = new Set();

  has(id) {
    return this.#ids.has(id);
  }

  place(order) {
    if (this.#ids.has(order.id)) return;
    this.#ids.add(order.id);
    this.journal.push({ kind: "Placed", value: order });
    const left = this.#match(order);
    if (left > 0) this.#rest(order, left);
  }

  /** The best price levels of both sides, at most so many of each. */
  depth(levels) {
    return { bids: levelsOf(this.#resting.Bid, levels), asks: levelsOf(this.#resting.Ask, levels) };
  }

  /** Trades with the best of the other side, at their price. @returns what is left of the order */
  #match(order) {
    const isBid = order.side.kind === "Bid";
    const others = isBid ? this.#resting.Ask : this.#resting.Bid;
    let left = order.quantity;
    while (left > 0 && others.length > 0 && isMet(order, others[0].order.price)) {
      const best = others[0];
      const quantity = Math.min(left, best.left);
      const [bid, ask] = isBid ? [order, best.order] : [best.order, order];
      this.journal.push({ kind: "Traded", value: { bid, ask, price: best.order.price, quantity } });
      left -= quantity;
      best.left -= quantity;
      if (best.left === 0) others.shift();
    }
    return left;
  }

  #rest(order, left) {
    const side = this.#resting[order.side.kind];
    const worse = side.findIndex((other) => isBetter(order, other.order));
    side.splice(worse < 0 ? side.length : worse, 0, { order, left });
  }
}

function isBetter({ side, price }, other) {
  return side.kind === "Bid" ? price > other.price : price < other.price;
}

/** Whether an order takes that price. */
function isMet({ side, price: limit }, price) {
  return side.kind === "Bid" ? price <= limit : price >= limit;
}

function levelsOf(side, levelsMax) {
  const levels = [];
  for (const { order, left } of side) {
    if (levels.at(-1)?.price === order.price) levels.at(-1).quantity += left;
    else if (levels.length === levelsMax) break;
    else levels.push({ price: order.price, quantity: left });
  }
  return levels;
}
