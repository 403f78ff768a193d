/** How one call is made. */
export interface CallOptions {
  /** How long the call may take in all, in ms: waiting for a handler and further attempts included. Default: the caller's. */
  readonly timeoutMs?: number | undefined;
  /** Gives the call up; the handler is told. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether the function may run more than once for this call. Then another handler is tried also where it is unknown whether the
   * first has run it; otherwise such a call fails, and the error says so. Default: the caller's, which is false.
   */
  readonly idempotent?: boolean | undefined;
  /** W3C trace context, handed to the handler where it is a TypeScript node. At most 128 characters. Default: none. */
  readonly traceparent?: string | undefined;
}

/** Something that can be called: a `Caller`, and what middleware makes of it. Rejects with `FunctionError`. */
export type Call<Req, Res> = (request: Req, options?: CallOptions) => Promise<Res>;

/** Puts something around a call. */
export type Middleware = <Req, Res>(next: Call<Req, Res>) => Call<Req, Res>;
