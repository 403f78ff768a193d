/** One process of the demo: a node with a role, which its parent gives it on the first line of input. */
import type { Network } from "mosaik";
import { runBootstrap } from "./bootstrap.js";
import { joinNetwork } from "./join.js";
import { leaveParent, ordersFromParent, type Orders } from "./parent.js";
import { runSensor } from "./sensor.js";
import { runViewer } from "./viewer.js";

const orders = await ordersFromParent();
const startMs = performance.now();
const network = await joinNetwork(orders.config);
try {
  await play(network, orders);
} catch (error) {
  // Stopped before it had joined: that is no failure of this process.
  if (!orders.stop.aborted) throw error;
} finally {
  await network.close();
}
leaveParent();

function play(network: Network, { config, stop }: Orders): Promise<void> {
  switch (config.role) {
    case "bootstrap":
      return runBootstrap(network, stop);
    case "sensor":
      return runSensor(network, config, stop);
    case "viewer":
      return runViewer(network, config, stop, startMs);
  }
}
