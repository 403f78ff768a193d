import { randomBytes } from "node:crypto";
import { iroh, type Connection, type Endpoint, type EndpointAddr } from "@mosaik/iroh";

export const ALPN = "bench";
/** Bytes that may be on their way to a receiver. */
export const CREDIT_BYTES = 1024 * 1024;
export const HEADER_BYTES = 4;

/** An endpoint on the loopback, without a relay. */
export function bind(): Promise<Endpoint> {
  return iroh.bind({ secretKey: randomBytes(32), alpns: [ALPN], relay: "none", bindAddrs: ["127.0.0.1:0"] });
}

/** The connection of an endpoint that is dialled once. */
export async function acceptOne(endpoint: Endpoint): Promise<Connection> {
  const connection = await endpoint.accept();
  if (connection === undefined) throw new Error("the endpoint was closed before anyone connected");
  return connection;
}

export function dial(endpoint: Endpoint, addr: EndpointAddr): Promise<Connection> {
  return endpoint.dial(addr, [ALPN]);
}
