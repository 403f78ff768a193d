// Three workers and a producer on this machine, each a process of its own. One worker is killed in the middle; at the end all is accounted for.
import { Process } from "./processes.mjs";

const JOBS = 30;
const DONE_BEFORE_THE_KILL = 4;

const first = new Process("worker 1", "worker");
const peer = await first.peer();
const others = ["worker 2", "worker 3"].map((name) => new Process(name, "worker", "--peer", peer));
const workers = [first, ...others];
await Promise.all(workers.map((worker) => worker.line("ready")));
const producer = new Process("producer", "producer", "--peer", peer, "--jobs", String(JOBS));

// It is killed while it works on a job. Most likely it leads the others too: then they choose another leader first.
await first.until(({ lines }) => first.count("done") >= DONE_BEFORE_THE_KILL && lines.at(-1).startsWith("taken"));
await first.end("SIGKILL");

await producer.line("all done");
await Promise.all(others.map((worker) => worker.end("SIGTERM")));

const done = workers.reduce((sum, worker) => sum + worker.count("done"), 0);
const again = others.flatMap(({ lines }) => lines).filter((line) => /^taken: \S+, attempt [^1]/.test(line));
console.log(
  `\n${JOBS} jobs were added, ${done} were done; ${again.length} had been taken before, by the worker that was killed`,
);
process.exitCode = done === JOBS && again.length > 0 ? 0 : 1;
