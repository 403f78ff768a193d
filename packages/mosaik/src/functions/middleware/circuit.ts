/** `closed` lets calls through, `open` none, `halfOpen` a few to see whether they succeed. */
export type CircuitState = "closed" | "open" | "halfOpen";

export interface CircuitRules {
  /** So many failures in a row open the circuit. */
  readonly failuresMax: number;
  /** How long it stays open, in ms. */
  readonly openMs: number;
  /** How many calls at once are let through while it is half open. */
  readonly probesMax: number;
  /** So many of these must succeed in a row to close it. */
  readonly successesMin: number;
}

/** A call that was let through. What came of it is told with it. */
export interface Passage {
  /** Changes with every transition: what a call of an earlier state came to says nothing about the present one. */
  readonly epoch: number;
}

/** Decides which calls to let through. Pure: it knows the time only from what it is told. */
export class Circuit {
  readonly #rules: CircuitRules;
  #state: CircuitState = "closed";
  #epoch = 0;
  /** Failures in a row while closed, successes in a row while half open. */
  #inARow = 0;
  /** Calls in progress that were let through while half open. */
  #probes = 0;
  #openedAtMs = 0;

  constructor(rules: CircuitRules) {
    this.#rules = rules;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** How long it will stay open, in ms; zero if it is not open. */
  remainingMs(nowMs: number): number {
    return this.#state === "open" ? Math.max(0, this.#openedAtMs + this.#rules.openMs - nowMs) : 0;
  }

  /** Lets a call through, or not. Its outcome must be told afterwards. */
  enter(nowMs: number): Passage | undefined {
    if (this.#state === "open" && this.remainingMs(nowMs) === 0) this.#turn("halfOpen");
    if (this.#state === "open") return undefined;
    if (this.#state === "halfOpen") {
      if (this.#probes >= this.#rules.probesMax) return undefined;
      this.#probes++;
    }
    return { epoch: this.#epoch };
  }

  /** A call ended: well, badly, or in a way that says nothing, as when its caller gave it up. */
  leave(passage: Passage, outcome: "success" | "failure" | "neither", nowMs: number): void {
    if (passage.epoch !== this.#epoch) return;
    if (this.#state === "halfOpen") {
      this.#probes--;
      if (outcome === "failure") this.#open(nowMs);
      else if (outcome === "success" && ++this.#inARow >= this.#rules.successesMin) this.#turn("closed");
      return;
    }
    if (outcome === "success") this.#inARow = 0;
    else if (outcome === "failure" && ++this.#inARow >= this.#rules.failuresMax) this.#open(nowMs);
  }

  #open(nowMs: number): void {
    this.#openedAtMs = nowMs;
    this.#turn("open");
  }

  #turn(state: CircuitState): void {
    this.#state = state;
    this.#epoch++;
    this.#inARow = 0;
    this.#probes = 0;
  }
}
