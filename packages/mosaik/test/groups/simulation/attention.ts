/** Lets a process stand still, as SIGSTOP does: what happens meanwhile waits, and the timers that are late come behind it. */
export class Attention {
  isPaused = false;
  isGone = false;
  #waiting: (() => void)[] = [];
  #late: (() => void)[] = [];

  /** Something arrives. */
  whenRunning(task: () => void): void {
    if (this.isGone) return;
    if (this.isPaused) this.#waiting.push(task);
    else task();
  }

  /** A timer has run down. */
  whenTimely(task: () => void): void {
    if (this.isPaused && !this.isGone) this.#late.push(task);
    else this.whenRunning(task);
  }

  resume(): void {
    this.isPaused = false;
    const tasks = [...this.#waiting, ...this.#late];
    this.#waiting = [];
    this.#late = [];
    for (const task of tasks) this.whenRunning(task);
  }
}
