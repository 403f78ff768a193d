// Three nodes in one process: a producer and two consumers that find it through one bootstrap peer. `node examples/telemetry.mjs`
// (after `npm ci && npm run build:native && npm run build`). In earnest each node is a process of its own; `npm run demo` shows that.
import { Network, stream, t } from "mosaik";

const Reading = t.struct("demo::Reading", { sensor: t.string, celsius: t.f64, at: t.u64.asNumber() });
const Telemetry = stream("telemetry", Reading);

// Direct addresses on this machine only. Without these three options nodes anywhere find each other, by the network's id alone.
const local = { relay: "none", bindAddrs: ["127.0.0.1:0"], discovery: { dht: false } };

const attic = await Network.join("my-network-id", local);
const discovery = { dht: false, bootstrap: [attic.local.address()] };
const kitchen = await Network.join("my-network-id", { ...local, discovery });
const study = await Network.join("my-network-id", { ...local, discovery });

async function show(name, network, count) {
  for await (const { sensor, celsius } of Telemetry.consumer(network)) {
    console.log(`${name}: ${sensor} ${celsius.toFixed(1)} °C`);
    if (--count === 0) return;
  }
}
const shown = Promise.all([show("kitchen", kitchen, 3), show("study", study, 3)]);

const producer = Telemetry.producer(attic);
await producer.when().subscribed().minimumOf(2);
for (let i = 0; i < 3; i++) await producer.send({ sensor: "attic", celsius: 21.5 + i / 10, at: Date.now() });
await shown;
await Promise.all([attic, kitchen, study].map((network) => network.close())); // in TypeScript: `await using`
