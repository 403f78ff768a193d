/** What the program's commands take and answer: the TypeScript side of `interop/README.md`. */
import type { FunctionEvent } from "./function-protocol.js";
import type { GroupReport } from "./group-protocol.js";
import type { JwtValidatorArgs, TicketInfo } from "./ticket-protocol.js";

/** A u64: a number as far as JavaScript counts exactly, a string of digits beyond. */
export type JsonU64 = number | string;

/** Where a peer is: all of an iroh address. */
export interface PeerAddr {
  readonly id: string;
  readonly relayUrls: readonly string[];
  readonly directAddrs: readonly string[];
}

/** A catalog entry; ids are hexadecimal. */
export interface PeerEntryInfo {
  readonly id: string;
  readonly network: string;
  readonly protocol: string;
  /** `[started, updated]` in milliseconds since the Unix epoch. */
  readonly version: readonly [number, number];
  readonly addr: PeerAddr;
  readonly tags: readonly string[];
  readonly streams: readonly string[];
  readonly functions: readonly string[];
  readonly groups: readonly string[];
  readonly tickets: readonly TicketInfo[];
}

export interface CatalogEntry extends PeerEntryInfo {
  readonly signed: boolean;
}

export interface JoinOptions {
  /** A network id in hexadecimal, or any text. */
  readonly network: string;
  readonly relay: string;
  /** The secret key in hexadecimal, or any text to make one of; random if absent. */
  readonly seed?: string | undefined;
  readonly tags?: readonly string[];
  readonly bootstrap?: readonly PeerAddr[];
  /** Socket addresses to bind instead of all interfaces; at most one of each family. */
  readonly bind?: readonly string[];
  readonly purgeAfterMs?: number;
  readonly announceIntervalMs?: number;
  readonly announceJitter?: number;
  readonly maxTimeDriftMs?: number;
  readonly rttProbeIntervalMs?: number;
  readonly maxRttMs?: number;
  /** Whether it looks for others in the DHT; it does so by the names of `ROUTER_ADDRESSES`. False if absent. */
  readonly dht?: boolean;
}

export interface SensorReading {
  readonly sensor: string;
  readonly channel: number;
  readonly celsius: number;
  readonly humidity: number;
  readonly offset: number;
  readonly at: JsonU64;
  readonly calibrated: boolean;
  readonly labels: readonly string[];
  readonly note: string | null;
  readonly mark: readonly [number, number, number, number];
}

export type Shape = "Empty" | { Circle: number } | { Rect: { w: number; h: number } } | { Pair: [number, number] };

/** What the live demo's sensors send. */
export interface Reading {
  readonly sensor: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly seq: JsonU64;
  readonly at_ms: JsonU64;
}

/** The datum types that the program knows, in JSON. Bytes are hexadecimal. */
export interface DatumTypes {
  string: string;
  u64: JsonU64;
  bytes: string;
  vecU8: string;
  sensorReading: SensorReading;
  shape: Shape;
  reading: Reading;
}
export type DatumType = keyof DatumTypes;

export interface ProduceOptions {
  /** A stream id in hexadecimal, or any text; derived from the Rust type if absent. */
  readonly streamId?: string;
  readonly onlineMin?: number;
  readonly bufferSize?: number;
  readonly maxConsumers?: number;
  readonly disconnectLagging?: boolean;
  /** Reports each datum that no consumer was there for as an event `undelivered`. */
  readonly undelivered?: boolean;
  /** Admits only consumers that advertise all of these tags. */
  readonly requireTags?: readonly string[];
  /** Admits only consumers whose tickets all of these accept. */
  readonly requireTickets?: readonly JwtValidatorArgs[];
}

export interface ConsumeOptions {
  readonly streamId?: string;
  /** Counts items instead of reporting each: for loads. */
  readonly quiet?: boolean;
  /** How many producers make the consumer online; 0 if absent. */
  readonly onlineMin?: number;
  /** Subscribes only to producers that advertise all of these tags. */
  readonly requireTags?: readonly string[];
  /** Subscribes only to producers whose tickets all of these accept. */
  readonly requireTickets?: readonly JwtValidatorArgs[];
}

/** How often the producer took a datum, and how often it refused one that was then offered again. */
export interface Accepted {
  readonly accepted: number;
  readonly full: number;
  readonly offline: number;
}

export interface Load {
  readonly count: number;
  /** The first index; 0 if absent. */
  readonly start?: number;
  readonly payloadBytes?: number;
  /** How many datums may be accepted and not yet sent: without it Rust disconnects or skips a subscriber that lags. */
  readonly window?: number;
}

export interface ChannelInfo {
  readonly peer: string;
  readonly state: "connecting" | "connected" | "terminated";
  readonly datums: number;
  readonly bytes: number;
}

export interface ProducerInfo {
  readonly streamId: string;
  readonly online: boolean;
  readonly consumers: readonly ChannelInfo[];
}

export interface ConsumerInfo<T> {
  readonly streamId: string;
  readonly online: boolean;
  readonly count: number;
  readonly first: T | null;
  readonly last: T | null;
  /** BLAKE3 of all payloads one after the other. */
  readonly checksum: string;
  readonly stats: { readonly datums: number; readonly bytes: number };
  readonly producers: readonly ChannelInfo[];
}

/** How a connection ended. */
export type CloseInfo =
  | { readonly by: "peer"; readonly code: number; readonly reason: string }
  | { readonly by: "transport"; readonly code?: number; readonly reason: string }
  | { readonly by: "local" | "timeout" | "reset" };

/** What a raw stream gave next. */
export type RawReceived = { readonly frame: string } | { readonly end: true } | { readonly closed: CloseInfo };

export interface SensorSummary {
  readonly sensor: string;
  /** Equals the last sequence number. */
  readonly produced: number;
  /** Readings that were not taken, the producer being offline or full; they have no sequence number. */
  readonly refused: number;
}

export interface ViewerSummary {
  readonly sensors: Readonly<
    Record<
      string,
      {
        readonly count: number;
        readonly firstSeq: number;
        readonly lastSeq: number;
        readonly gaps: number;
        readonly latest: Readonly<Record<string, readonly [value: number, unit: string]>>;
      }
    >
  >;
}

/** Everything that the program reports unasked. */
export type RustEvent =
  | { readonly event: "peerDiscovered"; readonly node: string; readonly peer: string; readonly entry: PeerEntryInfo }
  | { readonly event: "peerUpdated"; readonly node: string; readonly peer: string; readonly entry: PeerEntryInfo }
  | { readonly event: "peerDeparted"; readonly node: string; readonly peer: string }
  | { readonly event: "eventsMissed"; readonly node: string; readonly missed: number }
  /** A line was no request: the answer that has no id. */
  | { readonly event: "badLine"; readonly error: string }
  | { readonly event: "item"; readonly consumer: string; readonly value: unknown }
  | { readonly event: "undelivered"; readonly producer: string; readonly value: unknown }
  | FunctionEvent
  | GroupReport
  | { readonly event: "demoProduced"; readonly handle: string; readonly reading: Reading }
  | { readonly event: "demoReceived"; readonly handle: string; readonly reading: Reading }
  | { readonly event: "demoFailed"; readonly handle: string; readonly error: string };
