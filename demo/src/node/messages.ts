import type { GaugeKind } from "../machine/gauges.js";

/** Where a node is: what `NetworkOptions.discovery.bootstrap` takes, as JSON. */
export interface NodeAddress {
  readonly id: string;
  readonly directAddrs: readonly string[];
  readonly relayUrls: readonly string[];
}

interface CommonConfig {
  readonly network: string;
  /** Relays; none for a machine by itself. */
  readonly relayUrls: readonly string[];
  /** Members to come in by; the first node has none. */
  readonly waysIn: readonly NodeAddress[];
}

/** A process's first line of input: what it is. */
export type NodeConfig =
  | (CommonConfig & { readonly role: "bootstrap" })
  | (CommonConfig & {
      readonly role: "sensor";
      readonly name: string;
      readonly gauge: GaugeKind;
      readonly rateHz: number;
    })
  | (CommonConfig & { readonly role: "viewer" });

/** Further lines of input. */
export type NodeCommand = { readonly kind: "stop" };

/** A line of output. */
export type NodeReport =
  /** The node is in the network: it knows one of its ways in. */
  | { readonly kind: "joined"; readonly address: NodeAddress }
  /** A sensor is about to send this reading. */
  | { readonly kind: "produced"; readonly seq: number }
  /** A sensor has a new subscriber; this is the first reading that it will get. */
  | { readonly kind: "subscribed"; readonly viewer: string; readonly fromSeq: number }
  /** A sensor was stopped, and what it sent has reached its consumers as far as it could. */
  | { readonly kind: "drained" }
  /** A viewer has learned of a peer. */
  | { readonly kind: "discovered"; readonly peer: string }
  /** A viewer has received its first reading; the time is since it began to join. */
  | { readonly kind: "firstItem"; readonly sensor: string; readonly afterMs: number }
  /** A viewer has received these readings, in this order. */
  | { readonly kind: "received"; readonly readings: readonly (readonly [sensor: string, seq: number])[] }
  /** A viewer's table, as lines of text. */
  | { readonly kind: "table"; readonly lines: readonly string[] };
