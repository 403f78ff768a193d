// Three processes agree on a counter: each adds to it, and all see the same sum. `node examples/counter.mjs`
// (after `npm ci && npm run build:native && npm run build`). It starts itself three times; in earnest these are three machines.
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Digest, GroupKey, logReplaySync, Network, t } from "mosaik";

/** What the group replicates. Every member applies the same commands in the same order. */
class Counter {
  signature = Digest.from("my-app.counter.v1");
  command = t.i64.asNumber();
  query = t.unit;
  result = t.i64.asNumber();
  sync = logReplaySync({ typeName: "my_app::Counter" });
  value = 0;

  apply(amounts) {
    for (const amount of amounts) this.value += amount;
  }
  answer() {
    return this.value;
  }
  reset() {
    this.value = 0; // for a member that was cut off, and has to begin anew with what the others have
  }
}

async function member(name, amount) {
  // Direct addresses on this machine only. Without `relay`, `bindAddrs` and `dht` nodes anywhere find each other, by the network's id alone.
  const { BOOTSTRAP, GROUP_SECRET } = process.env;
  const bootstrap = BOOTSTRAP === undefined ? [] : [JSON.parse(BOOTSTRAP)];
  const local = { relay: "none", bindAddrs: ["127.0.0.1:0"] };
  const network = await Network.join("my-network-id", { ...local, discovery: { bootstrap, dht: false } });
  if (BOOTSTRAP === undefined) {
    const { id, addrs } = network.local.address();
    process.send({ id: id.hex, directAddrs: addrs.map(({ value }) => value) });
  }

  // The secret makes the group: whoever has it is a member.
  const group = network.groups.join({ key: GroupKey.fromSecret(GROUP_SECRET), machine: new Counter() });
  await group.bonds.when((bonds) => bonds.size === 2);
  await group.when().online();
  await group.execute(amount); // by whoever leads; it is applied here when this returns
  await group.when().committed().reaches(3);
  const { result, position } = await group.query(undefined, "weak");
  console.log(`${name}: ${result} after ${position} commands`);

  process.send("done");
  await once(process, "message");
  await network.close(); // leaves the group first; in TypeScript: `await using`
  process.disconnect();
}

async function everybody() {
  const env = { ...process.env, GROUP_SECRET: randomBytes(32).toString("hex") };
  const start = (name, amount, more) => fork(import.meta.filename, [name, amount], { env: { ...env, ...more } });
  const north = start("north", "1");
  const [address] = await once(north, "message");
  const BOOTSTRAP = JSON.stringify(address);
  const members = [north, start("south", "10", { BOOTSTRAP }), start("west", "100", { BOOTSTRAP })];
  await Promise.all(members.map((child) => once(child, "message"))); // all have seen the sum
  for (const child of members) child.send("leave");
}

const [name, amount] = process.argv.slice(2);
await (name === undefined ? everybody() : member(name, Number(amount)));
