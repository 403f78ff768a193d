import type { DialPolicy, Latency, MemoryNetwork, SimulatedHost, SimulatedRuntime } from "../runtime/index.js";

type NodeOf = (name: string) => { readonly host: SimulatedHost; readonly runtime: SimulatedRuntime };

/** What can go wrong in a simulation, by the names of the nodes that it happens to. */
export class Faults {
  readonly #network: MemoryNetwork;
  readonly #nodeOf: NodeOf;

  constructor(network: MemoryNetwork, nodeOf: NodeOf) {
    this.#network = network;
    this.#nodeOf = nodeOf;
  }

  /** Two nodes do not hear each other until `heal`. What travels is repeated then, unless a connection timed out before. */
  partition(one: string, other: string): void {
    this.#network.cut(one, other);
    this.#network.cut(other, one);
  }

  /** `to` does not hear `from` until `heal`; the other direction works. */
  partitionOneWay(from: string, to: string): void {
    this.#network.cut(from, to);
  }

  /** Nodes of different groups do not hear each other until `healAll`. */
  split(...groups: readonly (readonly string[])[]): void {
    for (const group of groups) {
      for (const other of groups)
        if (other !== group) for (const one of group) for (const to of other) this.#network.cut(one, to);
    }
  }

  /** Ends what `partition` and `partitionOneWay` began between two nodes. */
  heal(one: string, other: string): void {
    this.#network.mend(one, other);
    this.#network.mend(other, one);
  }

  /** The node hears nobody and nobody hears it, those to come too, until `rejoin`. */
  isolate(name: string): void {
    this.#network.isolate(name);
  }

  rejoin(name: string): void {
    this.#network.rejoin(name);
  }

  /** Ends every partition and isolation. */
  healAll(): void {
    this.#network.mendAll();
  }

  /** Sets the latency between two nodes, in both directions. */
  setLatency(one: string, other: string, latency: Latency): void {
    this.#network.setLatency(one, other, latency);
    this.#network.setLatency(other, one, latency);
  }

  /** Ends all connections between two nodes; both see a timeout at once. */
  dropConnections(one: string, other: string): void {
    this.#network.dropConnections(one, other);
    this.#network.dropConnections(other, one);
  }

  /** How a node meets dials from now on. */
  setDialPolicy(name: string, policy: DialPolicy): void {
    this.#network.setDialPolicy(name, policy);
  }

  /** The endpoints of a node vanish without a word; the node itself goes on. */
  killEndpoints(name: string): void {
    this.#network.kill(name);
  }

  /** The node gets other addresses; its connections stay. */
  move(name: string): void {
    this.#network.move(name);
  }

  /** The process of the node stands still, as by SIGSTOP: input and timers wait, and its peers hear nothing. */
  pause(name: string): void {
    this.#nodeOf(name).host.pause();
    this.#network.reviewHost(name);
  }

  /** The process goes on: first the input that arrived, then the timers that are late. */
  resume(name: string): void {
    this.#nodeOf(name).host.resume();
    this.#network.reviewHost(name);
  }

  /** The process dies without a word. `Simulator.runtime` with the same name restarts it. */
  crash(name: string): void {
    this.#network.kill(name);
    this.#nodeOf(name).host.crash();
  }

  /** The wall clock of the node jumps, so that it is `skewMs` ahead of the simulation's. */
  setClockSkew(name: string, skewMs: number): void {
    this.#nodeOf(name).runtime.skewMs = skewMs;
  }
}
