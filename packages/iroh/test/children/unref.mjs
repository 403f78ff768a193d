/** Ends at once though its endpoints are open and connected: nothing of them holds the process. */
import { talk } from "./support.mjs";

const { dialler, acceptor } = await talk({ bindAddrs: ["127.0.0.1:0"] });
for (const endpoint of [dialler, acceptor]) endpoint.unref();
console.log("unreferenced");
