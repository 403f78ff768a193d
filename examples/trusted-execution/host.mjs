// A node outside: it prints what the guest tells.
import { Network } from "mosaik";
import { admitted } from "./admitted.mjs";
import { Readings } from "./readings.mjs";

const [networkId, port = "0", manifest] = process.argv.slice(2);
const network = await Network.join(networkId, {
  bindAddrs: [`127.0.0.1:${port}`], // in earnest: 0.0.0.0
  relay: "none",
  discovery: { dht: false },
});
console.log(`bootstrap: ${network.local.id.hex}@10.0.2.2:${network.local.address().addrs[0].value.split(":").pop()}`);

const readings = Readings.consumer(
  network,
  manifest === undefined ? {} : { requireProducerTicket: await admitted(manifest) },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void network.close());
void (async () => {
  for await (const event of network.discovery.events()) {
    if (event.kind === "peerDiscovered") console.log("came");
    if (event.kind === "peerDeparted") console.log(`went: ${event.reason}`);
  }
})();
void (async () => {
  for await (const event of readings.events()) {
    if (event.kind === "refused") console.log(`refused: ${event.reason ?? event.code}`);
  }
})();
for await (const { number, celsius } of readings) console.log(`reading ${number}: ${celsius} C`);
