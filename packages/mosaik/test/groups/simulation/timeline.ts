import { EventHeap, VirtualEvent } from "../../../src/runtime/event-heap.js";
import type { CancelTimer } from "../../../src/runtime/index.js";

/** Virtual time without promises: what is due runs in order of its time, and of its making where the times are equal. */
export class Timeline {
  readonly #heap = new EventHeap();
  #nowMs = 0;
  #sequence = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): CancelTimer {
    const event = new Task(task);
    event.timeUs = 1000 * (this.#nowMs + Math.max(0, delayMs));
    event.sequence = this.#sequence++;
    this.#heap.push(event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Lets time run for `durationMs`, or until `isDone`, which is asked after each event. @returns whether it was done */
  run(durationMs: number, isDone: () => boolean = () => false): boolean {
    const endMs = this.#nowMs + durationMs;
    for (
      let event = this.#heap.peek();
      event !== undefined && event.timeUs <= 1000 * endMs;
      event = this.#heap.peek()
    ) {
      this.#heap.pop();
      if (event.isCancelled) continue;
      this.#nowMs = event.timeUs / 1000;
      event.run();
      if (isDone()) return true;
    }
    this.#nowMs = endMs;
    return isDone();
  }
}

class Task extends VirtualEvent {
  readonly #task: () => void;

  constructor(task: () => void) {
    super();
    this.#task = task;
  }

  run(): void {
    this.#task();
  }
}
