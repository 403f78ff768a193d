import { LiveWorld } from "./live-world.js";
import { SimulatedWorld } from "./simulated-world.js";
import type { World, WorldKind } from "./world.js";

/** Makes a world. The seed, which a simulation is made of, means nothing to a live one. */
export function createWorld(kind: WorldKind, options: { seed: number | string }): World {
  return kind === "simulated" ? new SimulatedWorld(options) : new LiveWorld();
}
