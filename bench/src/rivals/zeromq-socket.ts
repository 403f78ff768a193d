import { importRival } from "./packages.js";

/** What the benchmark uses of `zeromq`. */
export interface ZeroMq {
  readonly Push: new (options: object) => {
    connect(address: string): void;
    /** Resolves when the message is queued; waits while the queue is full. */
    send(message: Uint8Array): Promise<void>;
  };
  readonly Pull: new (options: object) => AsyncIterable<[Uint8Array]> & {
    bind(address: string): Promise<void>;
    /** The address it is bound to. */
    readonly lastEndpoint: string;
  };
}

/** Messages that may wait at each end. */
export const HIGH_WATER_MARK = 10_000;

export function zeroMq(): Promise<ZeroMq> {
  return importRival<ZeroMq>("zeromq");
}
