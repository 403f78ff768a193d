/** Joins, says so, and ends: by `unref`, or kept open and killed by whoever started it. */
import { Network } from "mosaik";

const network = await Network.join("unref", { relay: "none", bindAddrs: ["127.0.0.1:0"], discovery: { dht: false } });
if (process.argv[2] === "unref") network.unref();
console.log("joined");
