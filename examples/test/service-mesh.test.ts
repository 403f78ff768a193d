import { afterEach, describe, expect, it } from "vitest";
import { Example } from "./example-process.js";

const example = new Example("service-mesh");
const [tryIt, firstPrice, nextPrice, , orders, , load] = example.commands as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

afterEach(() => example.killAll());

describe("examples/service-mesh, as its README tells", () => {
  it("try.mjs: no order fails, and those in doubt are few", async () => {
    const all = example.start(tryIt);
    expect(await all.endInput()).toBe(0);
    expect(all.lines.filter((line) => line.endsWith("version 2: circuit open")).length).toBeGreaterThan(0);
    const [placed, byVersion2, inDoubt, failed] =
      /^orders: (\d+) placed, (\d+) of them by version 2, (\d+) in doubt, (\d+) failed/
        .exec(all.lines.at(-1)!)!
        .slice(1)
        .map(Number) as [number, number, number, number];
    expect(placed).toBeGreaterThan(400);
    expect(byVersion2).toBeGreaterThan(10);
    expect(inDoubt).toBeLessThan(placed / 4);
    expect(failed).toBe(0);
  });

  it("nothing is in doubt when a service says farewell", async () => {
    const first = example.start(firstPrice);
    const env = { PEER: await first.address() };
    const prices = [first, example.start(nextPrice, env)];
    const services = [example.start(orders, env), example.start(orders, env)];
    await Promise.all([...prices, ...services].map((service) => service.line(/^serving/)));
    const placing = example.start(load, env);
    await placing.line(/^orders: [1-9]/);
    expect(await prices[1]!.kill("SIGTERM")).toBe(0);
    await placing.line(/^orders: /, 2);
    expect(await services[1]!.kill("SIGTERM")).toBe(0);
    await placing.line(/^orders: /, 4);
    expect(await placing.kill("SIGTERM")).toBe(0);
    expect(placing.lines.at(-2), placing.lines.join("\n")).toMatch(/ 0 in doubt, 0 failed$/);
    for (const one of [...prices, ...services, placing]) expect(one.stderr).toBe("");
  });

  it.each([
    ["", "say one role"],
    ["price --version 3", "--version is 1 or 2"],
    ["orders --network ''", "--network is empty"],
    ["load --peer somebody", "--peer takes"],
  ])("main.mjs %s: tells what is wrong, and how it is used", async (args, message) => {
    const process = example.start(`node main.mjs ${args}`);
    expect(await process.endInput()).toBe(2);
    expect(process.stderr).toContain(message);
    expect(process.stderr).toContain("node main.mjs ROLE");
  });
});
