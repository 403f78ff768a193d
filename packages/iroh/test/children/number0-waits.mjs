/** As `waits.mjs`, on `@number0/iroh`. */
import { randomBytes } from "node:crypto";
import { loadNumber0 } from "../../dist/number0/index.js";
import { alpn } from "./support.mjs";

const options = { secretKey: new Uint8Array(randomBytes(32)), alpns: [alpn], bindAddrs: ["127.0.0.1:0"] };
const endpoint = await loadNumber0().transport.bind(options);
console.log(JSON.stringify(endpoint.addr()));
const connection = await endpoint.accept();
await connection.closed;
