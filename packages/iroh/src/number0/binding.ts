/**
 * `@number0/iroh` 1.1 as far as it is used here. Bytes are arrays of numbers, errors and closes are text. Its `watch…` functions are left
 * out: they panic where they are called from JavaScript, which ends the process.
 */
export interface Number0Binding {
  readonly Endpoint: { builder(): EndpointBuilder };
  readonly EndpointAddr: new (
    id: EndpointKey,
    relayUrl: string | null,
    addresses: readonly string[],
  ) => BoundEndpointAddr;
  readonly EndpointId: { fromBytes(bytes: readonly number[]): EndpointKey; fromString(text: string): EndpointKey };
  readonly RelayMap: { empty(): RelayMap };
  readonly RelayMode: { disabled(): RelayMode; custom(relays: RelayMap): RelayMode };
  readonly SecretKey: { fromBytes(bytes: readonly number[]): SecretKey };
  readonly Signature: { fromBytes(bytes: readonly number[]): Signature };
}

export interface EndpointBuilder {
  applyN0(): void;
  applyMinimal(): void;
  secretKey(bytes: readonly number[]): void;
  alpns(alpns: readonly (readonly number[])[]): void;
  relayMode(mode: RelayMode): void;
  bindAddr(addr: string): void;
  /** Once: a builder is used up by it. */
  bind(): Promise<BoundEndpoint>;
}

export interface RelayMap {
  insert(relay: { url: string; quicPort?: number }): void;
}

export type RelayMode = object;

export interface EndpointKey {
  toBytes(): number[];
  toString(): string;
  /** Throws unless the signature is good. */
  verify(message: readonly number[], signature: Signature): void;
}

export interface SecretKey {
  public(): EndpointKey;
  sign(message: readonly number[]): Signature;
}

export interface Signature {
  toBytes(): number[];
}

export interface BoundEndpoint {
  id(): EndpointKey;
  addr(): BoundEndpointAddr;
  boundSockets(): string[];
  /** Cannot be cancelled. */
  connect(addr: BoundEndpointAddr, alpn: readonly number[]): Promise<BoundConnection>;
  /** `null` once the endpoint is closed. */
  acceptNext(): Promise<Incoming | null>;
  close(): Promise<void>;
}

export interface BoundEndpointAddr {
  directAddresses(): string[];
  relayUrl(): string | null;
}

export interface Incoming {
  accept(): Promise<Accepting>;
}

export interface Accepting {
  connect(): Promise<BoundConnection>;
}

export interface BoundConnection {
  alpn(): number[];
  remoteId(): EndpointKey;
  openUni(): Promise<BoundSendStream>;
  acceptUni(): Promise<BoundRecvStream>;
  openBi(): Promise<BoundBiStream>;
  acceptBi(): Promise<BoundBiStream>;
  /** Resolves with words when the connection has ended. */
  closed(): Promise<string>;
  closeReason(): string | null;
  close(code: bigint, reason: readonly number[]): void;
  paths(): { isSelected: boolean; remoteAddr: string; isRelay: boolean; rttMs: number }[];
  setMaxConcurrentUniStreams(count: bigint): void;
  setMaxConcurrentBiStreams(count: bigint): void;
}

export interface BoundBiStream {
  readonly send: BoundSendStream;
  readonly recv: BoundRecvStream;
}

/** One call at a time: the next waits until the one before has returned, whatever it is. */
export interface BoundSendStream {
  /** Returns how much was taken, at least one byte unless it is given none. */
  write(bytes: readonly number[]): Promise<number>;
  writeAll(bytes: readonly number[]): Promise<void>;
  finish(): Promise<void>;
  reset(code: bigint): Promise<void>;
  /** The peer's code, or `null` once it has everything of a stream that is finished. */
  stopped(): Promise<number | null>;
}

/** One call at a time, as with `BoundSendStream`. */
export interface BoundRecvStream {
  /** Waits for bytes; none at the end of the stream. */
  read(bytesMax: number): Promise<number[]>;
  stop(code: bigint): Promise<void>;
}
