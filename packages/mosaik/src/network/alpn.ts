/** The protocols of Mosaik, as they stand in the TLS handshake (spec 01 §8). */
export const ALPN = {
  /** What only TypeScript nodes speak, on a connection that is kept (spec 08 §1). */
  typescript: "mosaik-ts/1",
  announce: "/mosaik/discovery/announce/1.0",
  sync: "/mosaik/discovery/sync/1.0",
  ping: "/mosaik/discovery/ping/1.0",
  streams: "/mosaik/streams/1.0",
  functions: "/mosaik/functions/1.0",
  groups: "/mosaik/groups/1",
} as const;
