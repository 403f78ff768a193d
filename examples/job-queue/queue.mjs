// The queue: jobs by priority, and who works on which. Every process in it has all of it.
import { isDeepStrictEqual } from "node:util";
import { collection, t } from "mosaik";

/** Who works on a job. The holder counts `beat` up for as long as it lives. */
const Lease = t.struct("job_queue::Lease", { worker: t.string, beat: t.u32 });
/** One that is done is marked by its holder before it goes: whoever finds it gone without having marked it was too late. */
const Job = t.struct("job_queue::Job", { task: t.string, attempt: t.u32, lease: t.option(Lease), isDone: t.bool });

/** A lease that does not beat for so long, in ms, may be taken from its holder: longer than it takes to replace a leader. */
const LEASE_MS = 3500;
const BEAT_MS = 700;
/** What is worth another try: nobody led, or the one who did was lost. */
const PASSING = ["offline", "outcomeUnknown", "superseded"];

export class JobQueue {
  #jobs;
  #self;
  /** Leases as they were seen last, and since when, by this process's own clock: clocks need not agree. */
  #seen = new Map();

  constructor(network, name) {
    this.#self = network.local.id.short();
    this.#jobs = collection.priorityQueue(`job-queue.${name}`, t.u32, t.string, Job).writer(network);
  }

  /** Waits until this process has all that the others have. */
  async open(signal) {
    await this.#jobs.when().online().toPromise({ signal });
  }

  /** How many jobs are not done. */
  get size() {
    return this.#jobs.size;
  }

  has(id) {
    return this.#jobs.has(id);
  }

  /** Adds jobs, the same however often it takes. @param jobs `{ id, priority, task }` */
  async add(jobs, signal) {
    const entries = jobs.map(({ id, priority, task }) => [
      priority,
      id,
      { task, attempt: 0, lease: undefined, isDone: false },
    ]);
    await this.#insist(() => this.#jobs.extend(entries, { signal }), signal);
  }

  /** Waits for the next change, or for so many ms. */
  async changed(timeoutMs, signal) {
    try {
      await this.#jobs.when().updated().toPromise({ timeoutMs, signal });
    } catch (error) {
      if (error.code !== "timeout") throw error;
    }
  }

  /** Takes the first job that nobody works on, once there is one. */
  async take(signal) {
    for (;;) {
      const free = this.#firstFree();
      if (free === undefined) {
        await this.changed(BEAT_MS, signal);
        continue;
      }
      const { key: id, value } = free;
      if (value.isDone) {
        // Its holder came to its end before it took the job out.
        await this.exchange(id, value, undefined, signal);
        continue;
      }
      const taken = { ...value, attempt: value.attempt + 1, lease: { worker: this.#self, beat: 0 } };
      if (await this.exchange(id, value, taken, signal)) return new TakenJob(this, id, taken);
    }
  }

  /**
   * Replaces a job, or removes it (`next` is `undefined`), if it is still as expected. A doubtful attempt is looked into and made again.
   *
   * @returns whether it is as it should be
   */
  async exchange(id, expected, next, signal) {
    for (;;) {
      try {
        const { exchanged } = await this.#jobs.compareExchangeValue(id, { expected, next }, { signal });
        if (exchanged) return true;
      } catch (error) {
        if (!PASSING.includes(error.code)) throw error;
        await this.open(signal);
      }
      // What is not as expected may be so by the attempt before, which was in doubt.
      const now = this.#jobs.get(id);
      if (isDeepStrictEqual(now, next)) return true;
      if (!isDeepStrictEqual(now, expected)) return false;
    }
  }

  async close() {
    await this.#jobs.close();
  }

  #firstFree() {
    const nowMs = performance.now();
    // While nobody leads no lease can beat.
    if (!this.#jobs.isOnline) this.#seen.clear();
    const entries = this.#jobs.entries("descending");
    const leased = entries.filter(({ value }) => value.lease !== undefined);
    const seen = leased.map(({ key, value: { lease } }) => {
      const last = this.#seen.get(key);
      return [key, isDeepStrictEqual(last?.lease, lease) ? last : { lease, sinceMs: nowMs }];
    });
    this.#seen = new Map(seen);
    const isFree = ({ key }) => nowMs - (this.#seen.get(key)?.sinceMs ?? -Infinity) >= LEASE_MS;
    return entries.find(isFree);
  }

  /** Does something until it is done. It may be done twice. */
  async #insist(act, signal) {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (!PASSING.includes(error.code)) throw error;
        await this.open(signal);
      }
    }
  }
}

/** A job that this process works on. Its lease beats until it is finished or given back, or until somebody else has it. */
export class TakenJob {
  id;
  #queue;
  #value;
  #lost = new AbortController();
  #ended = new AbortController();
  #beating;

  constructor(queue, id, value) {
    this.#queue = queue;
    this.id = id;
    this.#value = value;
    this.#beating = this.#beat();
  }

  get task() {
    return this.#value.task;
  }

  /** How often it was taken, this time included. */
  get attempt() {
    return this.#value.attempt;
  }

  /** Aborts when somebody else has taken the job: this process stood still for too long. */
  get lost() {
    return this.#lost.signal;
  }

  /** Takes the job out of the queue. @returns whether it was still ours: what came of it counts only then */
  async finish(signal) {
    await this.#stopBeating();
    const done = { ...this.#value, isDone: true };
    if (this.lost.aborted || !(await this.#queue.exchange(this.id, this.#value, done, signal))) return false;
    await this.#queue.exchange(this.id, done, undefined, signal);
    return true;
  }

  /** Leaves the job to others, at once. */
  async giveBack(signal) {
    await this.#stopBeating();
    if (!this.lost.aborted)
      await this.#queue.exchange(this.id, this.#value, { ...this.#value, lease: undefined }, signal);
  }

  async #stopBeating() {
    this.#ended.abort();
    await this.#beating;
  }

  async #beat() {
    while (await pause(BEAT_MS, this.#ended.signal)) {
      const { lease } = this.#value;
      const next = { ...this.#value, lease: { ...lease, beat: lease.beat + 1 } };
      try {
        if (!(await this.#queue.exchange(this.id, this.#value, next))) return this.#lost.abort();
      } catch (error) {
        return this.#lost.abort(error);
      }
      this.#value = next;
    }
  }
}

/** @returns false if the signal ended it */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", end);
      resolve(true);
    }, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
