/** The README's first program, in two roles. It runs the built package, on loopback only. */
import { Network, PeerId, stream, t } from "mosaik";

const Reading = t.struct("demo::Reading", { sensor: t.string, celsius: t.f64, at: t.u64.asNumber() });
const Telemetry = stream("telemetry", Reading);

const [role, told] = process.argv.slice(2);
const bootstrap = told === undefined ? [] : [JSON.parse(told)].map(({ id, addrs }) => ({ id: PeerId.from(id), addrs }));
const network = await Network.join("my-network-id", {
  relay: "none",
  bindAddrs: ["127.0.0.1:0"],
  discovery: { dht: false, bootstrap },
});

if (role === "produce") {
  const { id, addrs } = network.local.address();
  console.log(JSON.stringify({ id: id.hex, addrs }));
  const producer = Telemetry.producer(network);
  await producer.when().subscribed().minimumOf(1);
  for (let at = 0; at < 100; at++) await producer.send({ sensor: "attic", celsius: 21.5, at });
  await producer.close();
} else {
  let count = 0;
  for await (const { at } of Telemetry.consumer(network)) {
    if (at !== count++) throw new Error(`reading ${at} came as number ${count}`);
    if (count === 100) break;
  }
  console.log("100 readings");
}
await network.close();
