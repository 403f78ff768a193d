import type { ConnectionPath, DiscoveryConfig, RelayOption } from "mosaik";

/** What a node's process and the test say to each other: each question is answered once, under its number. */
export type Question =
  | { readonly kind: "state" }
  /** Calls the function that the named node serves. */
  | { readonly kind: "call"; readonly name: string }
  /** Writes an entry of the map that all share. */
  | { readonly kind: "write"; readonly key: string }
  | { readonly kind: "ping"; readonly peer: string }
  | { readonly kind: "diagnose"; readonly peer: string };

/** What a process is to be; the first message to it. */
export interface Charge {
  readonly name: string;
  readonly networkId: string;
  /** Socket addresses to bind; every interface if absent. */
  readonly bindAddrs?: readonly string[];
  readonly relay: RelayOption;
  readonly discovery: Partial<DiscoveryConfig>;
}

export interface NodeState {
  readonly isOnline: boolean;
  readonly addrs: readonly string[];
  /** How many datums came from each peer, by its id. */
  readonly received: Readonly<Record<string, number>>;
  /** The peers of the catalog, with the way to each. */
  readonly peers: Readonly<Record<string, ConnectionPath | null>>;
  /** The keys of the map that all share. */
  readonly keys: readonly string[];
}

export type Answer = { readonly number: number } & ({ readonly value: unknown } | { readonly error: string });
