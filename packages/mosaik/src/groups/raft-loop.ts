import type { CancelTimer, Runtime } from "../runtime/index.js";
import type { RaftCore } from "./raft/core.js";
import type { RaftInput, RaftOutput } from "./raft/io.js";

export interface RaftLoopContext {
  readonly runtime: Pick<Runtime, "after" | "monoMs">;
  readonly core: Pick<RaftCore, "deadlineMs" | "step">;
  carryOut(output: RaftOutput): void;
  /** Every input so far is taken in. */
  onSettled(): void;
  /** A step, or what it told to do, threw. The inputs that are left wait. */
  onThrown(error: unknown): void;
}

/** Feeds a core with one input at a time, has what it wants done carried out in order, and wakes it when its time has come. */
export class RaftLoop {
  readonly #context: RaftLoopContext;
  #inputs: RaftInput[] = [];
  /** The first of those that are left. */
  #next = 0;
  /** While inputs are taken in, what comes waits for its turn. So it does until the loop is started. */
  #isRunning = true;
  #isClosed = false;
  #timer: { readonly dueMs: number; readonly cancel: CancelTimer } | undefined;

  constructor(context: RaftLoopContext) {
    this.#context = context;
  }

  start(): void {
    this.#isRunning = false;
    this.run(() => {});
  }

  /** Adds an input, which is taken in at the end of the `run` that is under way. */
  add(input: RaftInput): void {
    this.#inputs.push(input);
  }

  /** Adds an input that comes before all that wait. */
  addFirst(input: RaftInput): void {
    if (this.#next > 0) this.#inputs[--this.#next] = input;
    else this.#inputs.unshift(input);
  }

  /** Does something that may bring inputs, and takes all of them in. */
  run(task: () => void): void {
    if (this.#isClosed) return;
    if (this.#isRunning) return task();
    const context = this.#context;
    const { core, runtime } = context;
    this.#isRunning = true;
    try {
      task();
      for (let input = this.#take(); input !== undefined; input = this.#take()) {
        for (const output of core.step(input, runtime.monoMs())) if (!this.#isClosed) context.carryOut(output);
      }
    } catch (error) {
      context.onThrown(error);
    }
    this.#isRunning = false;
    if (this.#isClosed) return;
    this.#arm();
    context.onSettled();
  }

  /** Takes nothing in any more. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  /** There may be a hundred thousand of them. */
  #take(): RaftInput | undefined {
    if (this.#next < this.#inputs.length) return this.#inputs[this.#next++];
    this.#inputs = [];
    this.#next = 0;
    return undefined;
  }

  /** One timer for the core. One that is due too early is left to run: mostly the time is put off, not brought forward. */
  #arm(): void {
    const { core, runtime } = this.#context;
    const { deadlineMs } = core;
    if (deadlineMs >= (this.#timer?.dueMs ?? Infinity)) return;
    this.#timer?.cancel();
    const cancel = runtime.after(deadlineMs - runtime.monoMs(), () => {
      this.#timer = undefined;
      this.run(() => {
        if (core.deadlineMs <= runtime.monoMs()) this.add({ kind: "tick" });
      });
    });
    this.#timer = { dueMs: deadlineMs, cancel };
  }
}
