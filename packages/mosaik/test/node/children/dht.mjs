/** Asks a DHT of which nobody answers, says what came of it, and ends. */
import { openDht } from "mosaik/dht";

const dht = await openDht({ routers: ["127.0.0.1:9"], port: 0, requestTimeoutMs: 200 });
const { answers } = await dht.get(new Uint8Array(32));
console.log(`${answers} answers`);
dht.close();
