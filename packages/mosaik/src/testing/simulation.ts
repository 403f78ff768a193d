import { SeededRandom, type Random } from "../runtime/index.js";
import { randomCrashes, randomFaults, type FaultPlan, type FaultStep } from "./fault-schedule.js";
import type { Faults } from "./faults.js";
import { NodeContext, type Memberships } from "./node-context.js";
import { SimulatedNode, type NodeProgram } from "./simulated-node.js";
import { SimulatedWorld } from "./simulated-world.js";
import type { SimulatorOptions } from "./simulator.js";

/** The furthest that chaos sets a clock wrong unless it is told otherwise, in ms. */
const SKEW_MAX_MS = 1000;

/** How much goes wrong in `Simulation.chaos`. */
export interface ChaosPlan extends Omit<FaultPlan, "nodes" | "skewMaxMs"> {
  /** Whom it happens to. Default: every node that was started. */
  readonly nodes?: readonly string[];
  /** The furthest that a clock is set wrong, in ms. Default: 1000. */
  readonly skewMaxMs?: number;
  /** How often a node is killed, and restarted later, beside the `count` other faults. Default: 0. */
  readonly crashes?: number;
}

/**
 * Nodes in one process and in virtual time, and whatever happens to them. Made by `simulate`. Time runs whenever the test waits for something
 * of the simulation, and what takes an hour there takes milliseconds here.
 */
export class Simulation extends SimulatedWorld {
  /** The test's own randomness: of the seed, like everything else. */
  readonly random: Random;
  readonly #nodes = new Map<string, SimulatedNode<unknown>>();
  readonly #memberships: Memberships = new Map();

  constructor(options: SimulatorOptions) {
    super(options);
    this.random = new SeededRandom(`${this.simulator.seed}/test`);
  }

  /** The seed of this simulation. */
  get seed(): string {
    return this.simulator.seed;
  }

  /** Virtual time since the beginning, in ms. */
  get nowMs(): number {
    return this.simulator.nowMs;
  }

  /** What goes wrong, by the names of the nodes: partitions, latency and loss, pauses, clocks. */
  get faults(): Faults {
    return this.simulator.faults;
  }

  /** The nodes that were started, by name. */
  get nodes(): ReadonlyMap<string, SimulatedNode<unknown>> {
    return this.#nodes;
  }

  /**
   * Starts a node and runs a program on it.
   *
   * @returns the node, once its program has resolved: what with is its `service`
   * @throws TypeError where there is a node of that name; what the program throws
   */
  async start<T>(name: string, program: NodeProgram<T>): Promise<SimulatedNode<T>> {
    if (this.#nodes.has(name)) throw new TypeError(`there is a node "${name}": \`restart\` it, or take another name`);
    const node = new SimulatedNode(name, program, {
      begin: (name, life, disk) => {
        this.note(life === 1 ? `${name} starts` : `${name} restarts`);
        return new NodeContext(name, { runtime: this.simulator.runtime(name), life, disk }, this.#memberships);
      },
      crash: (name) => this.#crash(name),
    });
    this.#nodes.set(name, node);
    await node.restart();
    return node;
  }

  /** Lets `ms` of virtual time pass. */
  sleep(ms: number): Promise<void> {
    return this.simulator.advance(ms);
  }

  /** Writes a line into the transcript, which the report of a failing seed shows. */
  note(what: string): void {
    this.simulator.note(what);
  }

  /**
   * Lets all kinds of things go wrong, at random. Resolves when everything is right again: nobody is cut off, and the programs of all nodes
   * have resolved.
   *
   * @throws what the program of a node that restarts throws
   */
  async chaos({
    crashes = 0,
    skewMaxMs = SKEW_MAX_MS,
    nodes = [...this.#nodes.keys()],
    ...plan
  }: ChaosPlan): Promise<void> {
    if (nodes.length < 2) throw new TypeError("there must be two nodes, at least, for chaos");
    const restarts = new Set<Promise<void>>();
    const lives = {
      kill: (name: string): void => this.#nodeOf(name).kill(),
      restart: (name: string): void => {
        if (!this.#nodeOf(name).isUp) restarts.add(this.#restartUnlessKilled(name));
      },
    };
    const schedule: FaultStep[] = [
      ...randomFaults(this.random, { ...plan, nodes, skewMaxMs }),
      ...randomCrashes(this.random, { ...plan, nodes, count: crashes }, lives),
    ];
    for (const name of nodes) this.#nodeOf(name);
    await this.simulator.play(schedule.sort((a, b) => a.atMs - b.atMs));
    await Promise.all(restarts);
  }

  async #restartUnlessKilled(name: string): Promise<void> {
    const node = this.#nodeOf(name);
    try {
      await node.restart();
    } catch (error) {
      if (node.isUp) throw error;
    }
  }

  #crash(name: string): void {
    this.faults.crash(name);
    for (const members of this.#memberships.values()) members.delete(name);
  }

  #nodeOf(name: string): SimulatedNode<unknown> {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new TypeError(`no node "${name}" was started`);
    return node;
  }
}
