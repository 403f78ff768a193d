import type { DialPolicy, Latency, MemoryNetwork, SimulatedHost, SimulatedRuntime } from "../runtime/index.js";

type NodeOf = (name: string) => { readonly host: SimulatedHost; readonly runtime: SimulatedRuntime };

/**
 * What can go wrong in a simulation, by the names of the nodes that it happens to. Each method throws a TypeError for a name that no node has,
 * and is written down in the transcript.
 */
export class Faults {
  readonly #network: MemoryNetwork;
  readonly #nodeOf: NodeOf;
  readonly #tell: (what: string) => void;

  /** Made by `Simulator`. */
  constructor(network: MemoryNetwork, nodeOf: NodeOf, tell: (what: string) => void) {
    this.#network = network;
    this.#nodeOf = nodeOf;
    this.#tell = tell;
  }

  /** Two nodes do not hear each other until `heal`. What travels is repeated then, unless a connection timed out before. */
  partition(one: string, other: string): void {
    this.#nodeOf(one);
    this.#nodeOf(other);
    this.#tell(`${one} and ${other} are cut off from each other`);
    this.#network.cut(one, other);
    this.#network.cut(other, one);
  }

  /** `to` does not hear `from` until `heal`; the other direction works. */
  partitionOneWay(from: string, to: string): void {
    this.#nodeOf(from);
    this.#nodeOf(to);
    this.#tell(`${to} does not hear ${from}`);
    this.#network.cut(from, to);
  }

  /** Nodes of different groups do not hear each other until `healAll`. */
  split(...groups: readonly (readonly string[])[]): void {
    for (const name of groups.flat()) this.#nodeOf(name);
    this.#tell(`split: ${groups.map((group) => group.join(", ")).join(" | ")}`);
    for (const group of groups) {
      for (const other of groups)
        if (other !== group) for (const one of group) for (const to of other) this.#network.cut(one, to);
    }
  }

  /** Ends what `partition` and `partitionOneWay` began between two nodes. */
  heal(one: string, other: string): void {
    this.#nodeOf(one);
    this.#nodeOf(other);
    this.#tell(`${one} and ${other} are joined`);
    this.#network.mend(one, other);
    this.#network.mend(other, one);
  }

  /** The node hears nobody and nobody hears it, those to come too, until `rejoin`. */
  isolate(name: string): void {
    this.#nodeOf(name);
    this.#tell(`${name} is isolated`);
    this.#network.isolate(name);
  }

  rejoin(name: string): void {
    this.#nodeOf(name);
    this.#tell(`${name} is back`);
    this.#network.rejoin(name);
  }

  /** Ends every partition and isolation. */
  healAll(): void {
    this.#tell(`all are joined`);
    this.#network.mendAll();
  }

  /** Sets how long packets between two nodes take, in both directions, and how many of them are lost. @throws RangeError */
  setLatency(one: string, other: string, latency: Latency): void {
    const { baseMs, jitterMs, lossRate = 0 } = latency;
    this.#nodeOf(one);
    this.#nodeOf(other);
    this.#tell(`from ${one} to ${other} in ${baseMs} to ${baseMs + jitterMs} ms, ${100 * lossRate} % lost`);
    this.#network.setLatency(one, other, latency);
    this.#network.setLatency(other, one, latency);
  }

  /** Ends all connections between two nodes; both see a timeout at once. */
  dropConnections(one: string, other: string): void {
    this.#nodeOf(one);
    this.#nodeOf(other);
    this.#tell(`${one} and ${other} lose their connections`);
    this.#network.dropConnections(one, other);
    this.#network.dropConnections(other, one);
  }

  /** How a node meets dials from now on. */
  setDialPolicy(name: string, policy: DialPolicy): void {
    this.#nodeOf(name);
    this.#tell(`${name} meets dials with "${policy}"`);
    this.#network.setDialPolicy(name, policy);
  }

  /** The endpoints of a node vanish without a word; the node itself goes on. */
  killEndpoints(name: string): void {
    this.#nodeOf(name);
    this.#tell(`the endpoints of ${name} vanish`);
    this.#network.kill(name);
  }

  /** The node gets other addresses; its connections stay. */
  move(name: string): void {
    this.#nodeOf(name);
    this.#tell(`${name} moves`);
    this.#network.move(name);
  }

  /** The process of the node stands still, as by SIGSTOP: input and timers wait, and its peers hear nothing. */
  pause(name: string): void {
    const { host } = this.#nodeOf(name);
    this.#tell(`${name} pauses`);
    host.pause();
    this.#network.reviewHost(name);
  }

  /** The process goes on: first the input that arrived, then the timers that are late. */
  resume(name: string): void {
    const { host } = this.#nodeOf(name);
    this.#tell(`${name} goes on`);
    host.resume();
    this.#network.reviewHost(name);
  }

  /** The process dies without a word. `Simulator.runtime` with the same name restarts it. */
  crash(name: string): void {
    const { host } = this.#nodeOf(name);
    this.#tell(`${name} crashes`);
    this.#network.kill(name);
    host.crash();
  }

  /** The wall clock of the node jumps, so that it is `skewMs` ahead of the simulation's. */
  setClockSkew(name: string, skewMs: number): void {
    const { runtime } = this.#nodeOf(name);
    this.#tell(`the clock of ${name} is off by ${skewMs.toFixed(0)} ms`);
    runtime.skewMs = skewMs;
  }
}
