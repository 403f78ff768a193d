import { EventHeap, VirtualEvent } from "./event-heap.js";
import { TraceHash } from "./trace-hash.js";

/** Macrotasks kept in flight while time runs: a pass of Node's event loop costs as much as several events. */
const turnsInFlight = 16;
/** Rounds within one moment before the simulation is declared stuck. */
const roundsPerMomentMax = 100_000;
/** Cancelled events that are kept before the heap is cleaned. */
const cancelledMax = 4_096;

/** Someone waits for something to come true in virtual time. */
interface Wait {
  readonly isMet: () => boolean;
  readonly deadline: Deadline | undefined;
  readonly resolve: (isMet: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Virtual time: a clock that stands still while code runs and jumps to the next event when there is no more to run.
 *
 * Events run in rounds. A round is all events of one moment that were known when it began; after it, one macrotask lets every
 * promise reaction it caused run to the end, and what those scheduled for the same moment is the next round. Time runs only
 * while somebody waits (`until`), and stops in the round that ends the wait: what a test does next happens in that moment.
 */
export class VirtualTime {
  /** Everything that happened so far; whoever runs an event of a node folds it in. */
  readonly trace = new TraceHash();
  #nowUs = 0;
  #sequence = 0;
  #eventCount = 0;
  #cancelledCount = 0;
  #roundsInMoment = 0;
  readonly #heap = new EventHeap();
  /** Events of this very moment, for the next round. */
  #ready: VirtualEvent[] = [];
  #spare: VirtualEvent[] = [];
  #waits: Wait[] = [];
  #turnsPending = 0;

  /** Microseconds since the simulation began. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Events run so far. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** Runs `event` in `delayUs`; with 0, in the next round of this moment. */
  schedule(event: VirtualEvent, delayUs: number): void {
    event.timeUs = this.#nowUs + Math.max(0, Math.round(delayUs));
    event.sequence = this.#sequence++;
    if (event.timeUs === this.#nowUs) this.#ready.push(event);
    else this.#heap.push(event);
  }

  /** Takes back an event that was scheduled and has not run. */
  cancel(event: VirtualEvent): void {
    if (event.isCancelled) return;
    event.isCancelled = true;
    event.release();
    if (++this.#cancelledCount < cancelledMax || this.#cancelledCount * 2 < this.#heap.size) return;
    this.#heap.removeCancelled();
    this.#cancelledCount = 0;
  }

  /**
   * Lets time run until `isMet` holds, asked after each round, or until `withinUs` from now.
   *
   * @returns whether it was met
   * @throws what an event threw, or an error where nothing is left to happen before a wait without a deadline is met
   */
  until(isMet: () => boolean, withinUs?: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let deadline: Deadline | undefined;
      if (withinUs !== undefined) {
        deadline = new Deadline();
        this.schedule(deadline, withinUs);
      }
      this.#waits.push({ isMet, deadline, resolve, reject });
      this.#keepTurning();
    });
  }

  /** Ends all waiting, unheard: nothing happens any more. */
  halt(): void {
    this.#waits = [];
  }

  #keepTurning(): void {
    while (this.#waits.length > 0 && this.#turnsPending < turnsInFlight) {
      this.#turnsPending++;
      setImmediate(this.#turn);
    }
  }

  readonly #turn = (): void => {
    this.#turnsPending--;
    if (this.#waits.length === 0) return;
    try {
      if (!this.#endWaits()) this.#round();
    } catch (error) {
      const waits = this.#waits;
      this.#waits = [];
      for (const wait of waits) this.#end(wait).reject(error);
    }
    this.#keepTurning();
  };

  /** Ends the waits that are over; whoever waited goes on before anything else happens. */
  #endWaits(): boolean {
    const waits = this.#waits;
    let kept = 0;
    for (let i = 0; i < waits.length; i++) {
      const wait = waits[i]!;
      const isMet = wait.isMet();
      if (isMet || wait.deadline?.hasPassed === true) this.#end(wait).resolve(isMet);
      else waits[kept++] = wait;
    }
    const hasEnded = kept < waits.length;
    waits.length = kept;
    return hasEnded;
  }

  #end(wait: Wait): Wait {
    if (wait.deadline?.hasPassed === false) this.cancel(wait.deadline);
    return wait;
  }

  #round(): void {
    if (this.#ready.length > 0) {
      if (++this.#roundsInMoment > roundsPerMomentMax) {
        throw new Error(
          `time stands still at ${this.#nowUs / 1_000} ms: events of no duration follow each other for ever`,
        );
      }
      this.#runReady();
      return;
    }
    const heap = this.#heap;
    let event = heap.pop();
    while (event?.isCancelled === true) event = this.#skip(heap);
    if (event === undefined) throw new Error(`nothing is left to happen at ${this.#nowUs / 1_000} ms`);
    this.#roundsInMoment = 0;
    const nowUs = event.timeUs;
    this.#nowUs = nowUs;
    for (;;) {
      if (event.isCancelled) this.#cancelledCount--;
      else this.#run(event);
      if (heap.peek()?.timeUs !== nowUs) return;
      event = heap.pop()!;
    }
  }

  #skip(heap: EventHeap): VirtualEvent | undefined {
    this.#cancelledCount--;
    return heap.pop();
  }

  #runReady(): void {
    const round = this.#ready;
    this.#ready = this.#spare;
    for (const event of round) if (!event.isCancelled) this.#run(event);
    round.length = 0;
    this.#spare = round;
  }

  #run(event: VirtualEvent): void {
    this.#eventCount++;
    event.run();
  }
}

/** The end of somebody's patience; stops time at that moment. */
class Deadline extends VirtualEvent {
  hasPassed = false;
  run(): void {
    this.hasPassed = true;
  }
}
