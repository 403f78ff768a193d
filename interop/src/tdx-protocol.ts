/** TDX tickets in the commands of `tdx-peer`: the TypeScript side of the table in `interop/tdx-peer/README.md`. */

/** What must have been measured, in hexadecimal. */
export interface TdxCriteriaArgs {
  readonly mrtd?: string;
  readonly rtmr0?: string;
  readonly rtmr1?: string;
  readonly rtmr2?: string;
  readonly rtmr3?: string;
}

/** A `Tdx` validator, in the words of our `TdxOptions`. */
export interface TdxValidatorArgs {
  readonly measurements?: TdxCriteriaArgs;
  readonly variants?: readonly TdxCriteriaArgs[];
  readonly maxAgeMs?: number;
  readonly notBeforeMs?: number;
  readonly maxLifetimeMs?: number;
}

/** What a ticket says; moments are in RFC 3339. */
export interface TdxTicketFields {
  /** Hexadecimal. */
  readonly quote: string;
  readonly peerId: string;
  readonly networkId: string;
  readonly startedAt: string;
  readonly quotedAt: string;
  /** Null for never. */
  readonly expiration: string | null;
}

/** A ticket that Rust has read. */
export interface TdxTicketInfo {
  readonly ticket: TdxTicketFields;
  readonly measurements: Required<TdxCriteriaArgs>;
  readonly reportData: string;
}

/** What decides of a stream's peers. */
export interface TdxStreamOptions {
  /** A stream id in hexadecimal, or any text. */
  readonly streamId: string;
  /** Admits only peers whose tickets all of these accept. */
  readonly requireTickets?: readonly TdxValidatorArgs[];
}
