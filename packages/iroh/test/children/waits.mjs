/** Binds an endpoint, prints its address, accepts one connection and keeps it until it is killed. */
import { bind } from "./support.mjs";

const endpoint = await bind({ bindAddrs: ["127.0.0.1:0"] });
console.log(JSON.stringify(endpoint.addr()));
const connection = await endpoint.accept();
await connection.closed;
