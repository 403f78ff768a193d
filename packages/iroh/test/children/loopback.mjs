/** Binds every interface, prints the addresses, and talks to itself over them. */
import { talk } from "./support.mjs";

const { dialler, acceptor } = await talk({});
console.log(JSON.stringify(acceptor.addr().directAddrs));
await Promise.all([dialler.close(), acceptor.close()]);
