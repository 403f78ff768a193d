import type { Connection, Endpoint, Transport } from "@mosaik/iroh/transport";
import { over, overEndpoints } from "./over.js";

const DISCOVERY = "/mosaik/discovery/";
const PING = "/mosaik/discovery/ping/";

/**
 * A transport over another whose nodes hear of nobody, by gossip or by a sync of catalogs, until somebody has asked them for something:
 * whoever asks first is a stranger.
 */
export function shyTransport(inner: Transport): Transport {
  const endpoint = (plain: Endpoint): Endpoint => {
    let wasAsked = false;
    const accept = async (): Promise<Connection | undefined> => {
      for (;;) {
        const connection = await plain.accept();
        if (connection === undefined || connection.alpn.startsWith(PING)) return connection;
        if (!connection.alpn.startsWith(DISCOVERY)) wasAsked = true;
        if (wasAsked) return connection;
        connection.close(0, "");
      }
    };
    return over(plain, { accept });
  };
  return overEndpoints(inner, endpoint);
}
