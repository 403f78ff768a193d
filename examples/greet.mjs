// Two nodes handle one function and a third calls it; then one of them leaves, and the calls go on. `node examples/greet.mjs`
// (after `npm ci && npm run build:native && npm run build`). In earnest each node is a process of its own.
import { ApplicationError, func, FunctionError, Network, t } from "mosaik";

const Greet = func("greet", { request: t.string, response: t.string, error: t.string });

// Direct addresses on this machine only. Without these three options nodes anywhere find each other, by the network's id alone.
const local = { relay: "none", bindAddrs: ["127.0.0.1:0"], discovery: { dht: false } };

const north = await Network.join("my-network-id", local);
const discovery = { dht: false, bootstrap: [north.local.address()] };
const south = await Network.join("my-network-id", { ...local, discovery });
const client = await Network.join("my-network-id", { ...local, discovery });

function hello(name) {
  if (name === "") throw new ApplicationError("nobody is there");
  return `hello ${name}`;
}
Greet.handle(north, hello);
Greet.handle(south, async (name) => hello(name));

const greet = Greet.caller(client);
await greet.when().available().minimumOf(2);
console.log(await greet("Ada"));
await greet("", { timeoutMs: 500 }).catch((error) => {
  if (!(error instanceof FunctionError) || error.code !== "application") throw error;
  console.log(`refused: ${error.error}`);
});

await north.close();
console.log(await greet("Grace", { idempotent: true })); // by the other one
await Promise.all([south, client].map((network) => network.close())); // in TypeScript: `await using`
