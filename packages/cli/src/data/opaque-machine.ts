import { Digest, logReplaySync, observer, t, type StateMachine, type StateSync } from "mosaik";

/** What names a machine that this program does not have: both enter the group's id. */
export interface MachineIdentity {
  /** 64 hexadecimal digits, or a text that is hashed. */
  readonly signature: string;
  /** What Rust's `type_name` prints for it. */
  readonly typeName: string;
  readonly batchSize?: number | undefined;
  readonly fetchTimeoutMs?: number | undefined;
}

/** Stands in for a machine whose commands nobody here understands: it takes part in the group, as an observer, and applies nothing. */
export class OpaqueMachine implements StateMachine<undefined, undefined, undefined> {
  readonly signature: Digest;
  readonly command = t.custom<undefined>({ encode: () => new Uint8Array(), decode: () => undefined });
  readonly query = t.unit;
  readonly result = t.unit;
  readonly sync: StateSync;
  readonly preference = observer;

  constructor({ signature, typeName, batchSize, fetchTimeoutMs }: MachineIdentity) {
    this.signature = Digest.from(signature);
    this.sync = logReplaySync({
      typeName,
      ...(batchSize !== undefined && { batchSize }),
      ...(fetchTimeoutMs !== undefined && { fetchTimeoutMs }),
    });
  }

  apply(): void {}

  answer(): undefined {}

  reset(): void {}
}
