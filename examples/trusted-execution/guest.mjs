// What runs within the guest: it joins, proves what it is where it can, tells what it reads, and leaves.
import { Network } from "mosaik";
import { Readings } from "./readings.mjs";

const [networkId, bootstrap, count = "5"] = process.argv.slice(2);
const network = await Network.join(networkId, {
  bindAddrs: ["0.0.0.0:7000"],
  relay: "none", // in earnest: leave this and the next out, or name relays of your own
  discovery: { dht: false, bootstrap: [bootstrap] },
});
console.log(`joined as ${network.local.id.hex}`);

const guest = await network.tdx();
if (await guest.available()) {
  await guest.installOwnTicket({ lifetimeMs: 3_600_000 });
  console.log("attested: this node shows what it runs");
} else {
  console.log("no guest of Intel TDX: this node proves nothing");
}

const readings = Readings.producer(network);
await readings.when().online();
for (let i = 1; i <= Number(count); i++) await readings.send({ number: i, celsius: 20 + i / 10 });
await readings.close();
console.log(`sent ${count} readings`);
await network.close();
console.log("left");
