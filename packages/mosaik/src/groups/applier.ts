import type { Slices } from "../runtime/index.js";
import type { MachineHost } from "./apply.js";
import type { Index } from "./positions.js";

/** How many commands are applied between two looks at the clock, at first; then as many as take about this long, in ms. */
const AT_ONCE = 8;
const AT_ONCE_MAX = 1024;
const AT_ONCE_MS = 0.25;

export interface ApplierContext {
  readonly machine: MachineHost;
  readonly slices: Slices;
  readonly nowMs: () => number;
  /** Runs the rest in a later turn. */
  readonly resume: (rest: () => void) => void;
  /** Commands were applied: called once in each turn in which that happens. */
  readonly onApplied: () => void;
}

/** Applies what is committed to the machine, in slices: however much it is, the event loop is not held up. */
export class Applier {
  readonly #context: ApplierContext;
  #target: Index = 0;
  #atOnce = AT_ONCE;
  #tasks: { readonly from: Index; readonly run: () => void }[] = [];
  #isWaiting = false;
  #isClosed = false;

  constructor(context: ApplierContext) {
    this.#context = context;
  }

  /** How many tasks wait. */
  get waitingCount(): number {
    return this.#tasks.length;
  }

  /** Runs `task` as soon as everything is applied that is committed at this moment. */
  whenApplied(task: () => void): void {
    if (this.#isBehind) this.#tasks.push({ from: this.#target, run: task });
    else task();
  }

  applyUpTo(index: Index): void {
    this.#target = Math.max(this.#target, index);
    if (!this.#isWaiting) this.#run();
  }

  /** The machine stands elsewhere now: at `index`. */
  reset(index: Index): void {
    this.#target = index;
    this.#runTasks(Infinity);
  }

  close(): void {
    this.#isClosed = true;
  }

  get #isBehind(): boolean {
    return this.#context.machine.committed.index < this.#target;
  }

  #run(): void {
    const { machine, slices } = this.#context;
    const before = machine.committed.index;
    while (this.#canGoOn()) {
      if (slices.areUsedUp()) {
        this.#resumeLater();
        break;
      }
      this.#applySome();
    }
    if (machine.committed.index === before) return;
    this.#context.onApplied();
    this.#runTasks(machine.committed.index);
  }

  #runTasks(upTo: Index): void {
    while (this.#tasks.length > 0 && this.#tasks[0]!.from <= upTo) this.#tasks.shift()!.run();
  }

  #canGoOn(): boolean {
    return this.#isBehind && !this.#isClosed && !this.#context.machine.isFailed;
  }

  #applySome(): void {
    const { machine, nowMs } = this.#context;
    const startMs = nowMs();
    machine.applyUpTo(Math.min(this.#target, machine.committed.index + this.#atOnce));
    const tookMs = nowMs() - startMs;
    if (tookMs < AT_ONCE_MS / 2) this.#atOnce = Math.min(AT_ONCE_MAX, this.#atOnce * 2);
    else if (tookMs > AT_ONCE_MS) this.#atOnce = Math.max(1, this.#atOnce >> 1);
  }

  #resumeLater(): void {
    this.#isWaiting = true;
    void this.#context.slices.next().then(() =>
      this.#context.resume(() => {
        this.#isWaiting = false;
        this.#run();
      }),
    );
  }
}
