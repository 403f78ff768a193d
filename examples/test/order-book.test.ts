import { afterEach, describe, expect, it } from "vitest";
import { Example } from "./example-process.js";

const example = new Example("order-book");
const [firstMatcher, secondMatcher, thirdMatcher, alice, bob, observer] = example.commands as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const ORDER_BOOK_SECRET = example.prepared("ORDER_BOOK_SECRET");

afterEach(() => example.killAll());

/** The processes that the README tells to start, up to the traders. */
async function openExchange() {
  const first = example.start(firstMatcher, { ORDER_BOOK_SECRET });
  const env = { PEER: await first.address(), ORDER_BOOK_SECRET };
  const matchers = [first, ...[secondMatcher, thirdMatcher].map((command) => example.start(command, env))];
  // A trader needs no secret.
  const traders = [alice, bob].map((command) => example.start(command, { PEER: env.PEER, ORDER_BOOK_SECRET: "" }));
  await Promise.all(traders.map((trader) => trader.line(/^trading/)));
  const [a, b] = traders;
  return { matchers, alice: a!, bob: b! };
}

describe("examples/order-book, as its README tells", () => {
  it("matches every order once, with the same book at all, though the matcher that leads is killed", async () => {
    const { matchers, alice, bob } = await openExchange();
    alice.type("sell 10 3000", "sell 5 3010");
    await alice.line(/^placed/, 2);
    bob.type("sell 4 3000", "buy 8 2990");
    await bob.line(/^placed/, 2);
    // The best price first, and of one price who came first.
    bob.type("buy 12 3005.5");
    await bob.line(/^trade: bob buys 2 @ 3000.00 from bob$/);
    await alice.line(/^trade: bob buys 10 @ 3000.00 from alice$/);
    const before = /^book after 7 events: bids 8 @ 2990.00 \| asks 2 @ 3000.00, 5 @ 3010.00$/;
    await Promise.all(matchers.map((matcher) => matcher.line(before)));

    const leader = await Promise.any(matchers.map((matcher) => matcher.line(/^leading$/).then(() => matcher)));
    // Some of these orders are on their way when it dies.
    alice.type(...Array.from({ length: 50 }, () => "sell 1 3100"));
    bob.type(...Array.from({ length: 50 }, () => "buy 1 2900"));
    await alice.line(/^placed/, 10);
    expect(await leader.kill("SIGKILL")).toBe(null);
    await Promise.all([alice.line(/^placed/, 52), bob.line(/^placed/, 53)]);

    const survivors = matchers.filter((matcher) => matcher !== leader);
    const after =
      /^book after 107 events: bids 8 @ 2990.00, 50 @ 2900.00 \| asks 2 @ 3000.00, 5 @ 3010.00, 50 @ 3100.00$/;
    await Promise.all(survivors.map((survivor) => survivor.line(after)));

    const env = { PEER: await survivors[0]!.address(), ORDER_BOOK_SECRET };
    const late = example.start(observer, env);
    await late.line(after);
    expect(late.lines.filter((line) => line.startsWith("trade"))).toEqual([
      "trade: bob buys 10 @ 3000.00 from alice",
      "trade: bob buys 2 @ 3000.00 from bob",
    ]);
    expect(late.lines.filter((line) => line.startsWith("order"))).toHaveLength(105);

    // One that takes the place of the dead one has the book, and trading goes on.
    const another = example.start(secondMatcher, env);
    await another.line(after);
    alice.type("sell 8 2990");
    await bob.line(/^trade: bob buys 8 @ 2990.00 from alice$/);
    await Promise.all(
      [...survivors, another, late].map((one) => one.line(/^book after 109 events: bids 50 @ 2900.00 \| /)),
    );

    expect(await bob.endInput()).toBe(0);
    const others = [...survivors, another, late, alice];
    expect(await Promise.all(others.map((one) => one.kill("SIGINT")))).toEqual(others.map(() => 0));
    for (const one of [...others, bob]) {
      expect(one.lines.at(-1)).toBe("left");
      expect(one.stderr).toBe("");
    }
  });

  it("says what an order is, and goes on", async () => {
    const { alice } = await openExchange();
    alice.type("sell", "buy 0 10", "sell 10 -3", "hold 3 3", "sell 10 3000");
    await alice.line(/^placed: alice sells 10 @ 3000.00$/);
    expect(alice.lines.filter((line) => line.startsWith("not understood"))).toHaveLength(4);
    expect(await alice.endInput()).toBe(0);
  });

  it("says why a peer cannot be joined: it is in another network, or nobody is there", async () => {
    const first = example.start(firstMatcher, { ORDER_BOOK_SECRET });
    const address = await first.address();
    const env = { PEER: address, ORDER_BOOK_SECRET };
    const elsewhere = example.start(secondMatcher.replace("my-exchange", "another-exchange"), env);
    const nobody = example.start(secondMatcher, { ...env, PEER: address.replace(/:\d+$/, ":9") });
    expect(await elsewhere.endInput()).toBe(1);
    expect(elsewhere.stderr).toContain("the network ids differ");
    expect(await nobody.endInput()).toBe(1);
    expect(nobody.stderr).toContain("does not answer");
  });

  it.each([
    ["", "say one role"],
    ["broker --network x", "say one role"],
    ["toString --network x", "say one role"],
    ["matcher", "--network is missing"],
    ["matcher --network x --fast", "--fast"],
    ["matcher --network x --peer somebody", "--peer takes"],
    ["trader --network x", "a trader needs a --name"],
    ["observer --network x", "ORDER_BOOK_SECRET must be"],
  ])("main.mjs %s: tells what is wrong, and how it is used", async (args, message) => {
    const secret = args.startsWith("observer") ? "a word" : ORDER_BOOK_SECRET;
    const process = example.start(`node main.mjs ${args}`, { ORDER_BOOK_SECRET: secret });
    expect(await process.endInput()).toBe(2);
    expect(process.stderr).toContain(message);
    expect(process.stderr).toContain("node main.mjs ROLE");
    expect(process.lines).toEqual([]);
  });
});
