import type { CallerInfo, CallLoad, CallLoadResult, CallOutcome } from "./function-protocol.js";
import type { RustNode } from "./node.js";
import type { RequestOptions } from "./peer.js";

/** How much later than a call's own timeout its command gives up. */
const GRACE_MS = 5_000;
const LOAD_TIMEOUT_MS = 60_000;

/** A caller of a Rust node. */
export class RustCaller<T> {
  constructor(
    private readonly node: RustNode,
    readonly handle: string,
    /** The effective id, in hexadecimal. */
    readonly functionId: string,
  ) {}

  /** Calls once; what the call came to is its result. */
  call(request: T, { timeoutMs = 10_000 }: { timeoutMs?: number } = {}): Promise<CallOutcome<T>> {
    const args = { caller: this.handle, request, timeoutMs };
    return this.node.request("call", args, { timeoutMs: timeoutMs + GRACE_MS });
  }

  /** Calls as fast as answers come, and measures. */
  callMany(load: CallLoad, options: RequestOptions = {}): Promise<CallLoadResult> {
    return this.node.request("callMany", { caller: this.handle, ...load }, { timeoutMs: LOAD_TIMEOUT_MS, ...options });
  }

  /** Waits until at least `minimum` eligible handlers are known. */
  async available(minimum = 1, options?: RequestOptions): Promise<void> {
    await this.node.request("waitAvailable", { caller: this.handle, minimum }, options);
  }

  /** Waits until fewer than `minimum` eligible handlers are known. */
  async unavailable(minimum = 1, options?: RequestOptions): Promise<void> {
    await this.node.request("waitAvailable", { caller: this.handle, minimum, unmet: true }, options);
  }

  info(): Promise<CallerInfo> {
    return this.node.request("callerInfo", { caller: this.handle });
  }

  drop(): Promise<void> {
    return this.node.drop(this.handle);
  }
}
