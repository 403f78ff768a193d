// What workers and producers do.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** How long giving a job back may take when the worker is told to stop, in ms. */
const GIVE_BACK_MS = 2000;

/** Works on one job after the other, until it is told to stop. */
export async function worker(queue, _options, signal) {
  for (;;) {
    const job = await queue.take(signal);
    console.log(`taken: ${job.id}, attempt ${job.attempt}`);
    try {
      await work(job.task, AbortSignal.any([signal, job.lost]));
    } catch {
      if (signal.aborted) {
        await job.giveBack(AbortSignal.timeout(GIVE_BACK_MS));
        console.log(`given back: ${job.id}`);
        signal.throwIfAborted();
      }
      console.log(`lost: ${job.id}`);
      continue;
    }
    const isOurs = await job.finish(signal);
    console.log(`${isOurs ? "done" : "lost"}: ${job.id}`);
  }
}

/** The work itself. It may be begun twice: what it does to the world outside should bear that. */
async function work(task, signal) {
  await sleep(500 + 5 * task.length, undefined, { signal });
}

/** Adds jobs, and waits until all are done. */
export async function producer(queue, { jobs: count }, signal) {
  const batch = randomUUID().slice(0, 4);
  const jobs = Array.from({ length: count }, (_, i) => {
    const priority = i % 3;
    return { id: `${batch}-${i}`, priority, task: `resize picture ${i}` };
  });
  await queue.add(jobs, signal);
  console.log(`added: ${count} jobs`);
  let left = count;
  while (left > 0) {
    await queue.changed(1000, signal);
    const now = jobs.filter(({ id }) => queue.has(id)).length;
    if (now !== left) console.log(`left: ${now}`);
    left = now;
  }
  console.log("all done");
}
