import type { WaitOptions } from "./event-log.js";
import type { FunctionEvent, HandlerInfo } from "./function-protocol.js";
import type { RustNode } from "./node.js";

type Called = Extract<FunctionEvent, { event: "called" }>;

/** A call that a handler was given and has not answered yet. */
export interface RustCall<T> {
  /** Its name in commands and events. */
  readonly call: string;
  /** The caller's peer id. */
  readonly caller: string;
  readonly request: T;
}

/** A handler of a Rust node. */
export class RustHandler<T> {
  constructor(
    private readonly node: RustNode,
    readonly handle: string,
    /** The effective id, in hexadecimal. */
    readonly functionId: string,
  ) {}

  /** The calls so far, oldest first; none of a quiet handler. */
  calls(): RustCall<T>[] {
    return this.node.peer.events.of("called", ({ handler }) => handler === this.handle).map(toCall<T>);
  }

  /** The first call that matches. */
  async called(matches: (call: RustCall<T>) => boolean = () => true, options?: WaitOptions): Promise<RustCall<T>> {
    const isMeant = (event: Called): boolean => event.handler === this.handle && matches(toCall<T>(event));
    return toCall<T>(await this.node.peer.events.waitFor("called", isMeant, options));
  }

  /** Waits until the crate has given a call up. */
  async abandoned({ call }: RustCall<T>, options?: WaitOptions): Promise<void> {
    await this.node.peer.events.waitFor("abandoned", (event) => event.call === call, options);
  }

  /** Answers a call of a handler that answers by hand. */
  async answer({ call }: RustCall<T>, answer: { reply: T } | { error: string | null }): Promise<void> {
    await this.node.peer.request("answer", { call, ...answer });
  }

  info(): Promise<HandlerInfo> {
    return this.node.request("handlerInfo", { handler: this.handle });
  }

  /** Ends the function on this node: its calls in progress are closed with 11404. */
  drop(): Promise<void> {
    return this.node.drop(this.handle);
  }
}

function toCall<T>({ call, caller, request }: Called): RustCall<T> {
  return { call, caller, request: request as T };
}
