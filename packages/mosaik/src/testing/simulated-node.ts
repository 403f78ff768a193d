import type { NodeContext } from "./node-context.js";

/** What runs on a node: called when it starts, and again whenever it restarts. What it resolves with is the node's `service`. */
export type NodeProgram<T> = (node: NodeContext) => T | Promise<T>;

/** What a node asks of its simulation. */
export interface NodeHost {
  /** Begins a life of the node, the `life`th. */
  begin(name: string, life: number, disk: Map<string, unknown>): NodeContext;
  crash(name: string): void;
}

/** A node of a simulation, and what runs on it. */
export class SimulatedNode<T> {
  readonly name: string;
  /** What its programs keep there outlives them. */
  readonly disk = new Map<string, unknown>();
  readonly #host: NodeHost;
  readonly #program: NodeProgram<T>;
  #life = 0;
  #isUp = false;
  #service: { readonly of: T } | undefined;
  #onKill: (() => void) | undefined;

  /** Made by `Simulation.start`. */
  constructor(name: string, program: NodeProgram<T>, host: NodeHost) {
    this.name = name;
    this.#program = program;
    this.#host = host;
  }

  /** Whether it was started, and not killed since. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** What its program resolved with, in this life. @throws Error while there is none: it is down, or its program has not resolved yet */
  get service(): T {
    if (this.#service !== undefined) return this.#service.of;
    throw new Error(`${this.name} ${this.#isUp ? "is starting: wait for `restart`" : "is down: `restart` it"}`);
  }

  /** The process dies without a word: what it was about to do never happens, and its peers hear nothing. Nothing, where it is down. */
  kill(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#service = undefined;
    this.#host.crash(this.name);
    this.#onKill?.();
  }

  /**
   * Runs the program in a new life of the node, with other randomness and nothing but the disk from before; kills the node first where it is
   * up. Resolves once the program has.
   *
   * @throws what the program throws; Error where the node is killed before its program has resolved
   */
  async restart(): Promise<void> {
    this.kill();
    this.#isUp = true;
    const context = this.#host.begin(this.name, ++this.#life, this.disk);
    const killed = new Promise<never>((_, reject) => {
      this.#onKill = () => reject(new Error(`${this.name} was killed before its program had resolved`));
    });
    const service = await Promise.race([this.#run(context), killed]);
    this.#service = { of: service };
  }

  async #run(context: NodeContext): Promise<T> {
    return this.#program(context);
  }
}
