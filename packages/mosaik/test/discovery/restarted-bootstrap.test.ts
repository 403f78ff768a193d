import { expect, it } from "vitest";
import { Network } from "../../src/index.js";
import { simulate, type NodeContext } from "../../src/testing/index.js";

it("a bootstrap node that restarts with its identity, before anybody missed it, is told of the members by those who were given it", async () => {
  const seeds = 10;
  const common = { relay: "none", discovery: { dht: false } } as const;
  const runs = await simulate({ seeds }, async (world) => {
    const boot = await world.start("boot", ({ runtime }: NodeContext) =>
      Network.join("test", { ...common, runtime, secretKey: "boot", bindAddrs: ["0.0.0.0:4433"] }),
    );
    const bootstrap = [boot.service.local.address()];
    const member = ({ runtime }: NodeContext): Promise<Network> =>
      Network.join("test", { ...common, runtime, discovery: { dht: false, bootstrap } });
    const members = await Promise.all(["ada", "bob"].map((name) => world.start(name, member)));
    const known = ({ service }: { service: Network }): number => service.discovery.catalog.peers().length;
    await world.until(() => [boot, ...members].every((node) => known(node) === 2), 20_000, "all to meet");
    await world.sleep(10_000 * world.random.unit());
    boot.kill();
    await world.sleep(1000);
    await boot.restart();
    await world.until(() => known(boot) === 2, 30_000, "the members to be known again");
  });
  expect(runs).toHaveLength(seeds);
});
