/**
 * Two endpoints of one service find each other by multicast DNS. Prints how a dial by the id alone ends, and one to the addresses that
 * were found.
 */
import { alpn, bind } from "./support.mjs";

const serviceName = "finds";
const far = await bind({ mdns: { serviceName, onPeer: () => {} } });
let onFound;
const found = new Promise((resolve) => (onFound = resolve));
const onPeer = (addr) => addr.id === far.id && addr.directAddrs.length > 0 && onFound(addr);
const near = await bind({ mdns: { serviceName, onPeer } });

const outcome = (addr) =>
  near.dial(addr, [alpn]).then(
    () => "connected",
    (error) => error.code,
  );
const addr = await found;
console.log(JSON.stringify([await outcome({ ...addr, relayUrls: [], directAddrs: [] }), await outcome(addr)]));
await Promise.all([near.close(), far.close()]);
