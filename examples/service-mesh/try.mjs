// A mesh on this machine, each service a process of its own, and orders all the while. One of each service is killed, one stands still, and
// the new version of a service is broken at first. At the end all orders are accounted for.
import { Process } from "./processes.mjs";

const first = new Process("price 1", "price");
const peer = await first.peer();
const start = (name, ...args) => new Process(name, ...args, "--peer", peer);
const prices = [first, start("price 2", "price")];
const orders = [start("orders 1", "orders"), start("orders 2", "orders")];
const broken = start("canary", "price", "--version", "2", "--faulty");
await Promise.all([...prices, ...orders, broken].map((service) => service.line("serving")));
const load = start("load", "load");
const seconds = (count) => {
  const before = load.count("orders:");
  return load.until(() => load.count("orders:") >= before + count);
};

// The new version fails: its circuit opens, and the old one has all of its share.
await Promise.any(orders.map((service) => service.line("version 2: circuit open")));
await broken.end("SIGTERM");
const canary = start("canary 2", "price", "--version", "2");
await canary.line("serving");
await seconds(2);

// A service stands still: calls to it are made once more, to the other one.
first.signal("SIGSTOP");
await seconds(2);
first.signal("SIGCONT");
await seconds(1);

await prices[1].end("SIGKILL");
await seconds(1);
await orders[1].end("SIGKILL");
await seconds(2);

await load.end("SIGTERM");
await Promise.all([first, orders[0], canary].map((service) => service.end("SIGTERM")));
const last = load.lines.findLast((line) => line.startsWith("orders:"));
const [placed, byVersion2, inDoubt, failed] = last.match(/\d+ (?=placed|of|in|failed)/g).map(Number);
console.log(`\n${last}: those in doubt were with the orders service that was killed`);
process.exitCode = placed > 0 && byVersion2 > 0 && failed === 0 ? 0 : 1;
