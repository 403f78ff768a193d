import { requireClose } from "./arguments.js";
import { endpointClosed } from "./failure.js";
import type { Operation } from "./mailbox.js";
import type { NativeEndpoint } from "./native.js";
import { TransportError, type Exchange } from "./transport.js";

/** An exchange of iroh: the Rust half does all of it, and tells once. */
export class IrohExchange implements Exchange {
  readonly answer: Promise<Uint8Array>;
  readonly #native: NativeEndpoint;
  readonly #operation: Operation<Uint8Array>;
  #isAnswered = false;
  /** Whether the message may have left, once that cannot change any more. */
  #wasSent: boolean | undefined;

  /** @param isClosing whether the endpoint is being closed: what fails then fails for that */
  constructor(endpoint: NativeEndpoint, operation: Operation<Uint8Array>, isClosing: () => boolean) {
    this.#native = endpoint;
    this.#operation = operation;
    this.answer = operation.promise.then(
      (answer) => {
        this.#isAnswered = true;
        return answer;
      },
      (error: unknown) => {
        this.#isAnswered = true;
        if (this.#wasSent === undefined && isClosing()) throw endpointClosed();
        throw error;
      },
    );
  }

  get isSent(): boolean {
    return this.#wasSent ?? this.#native.isExchangeSent(this.#operation.number);
  }

  close(code: number, reason: string | Uint8Array): void {
    const bytes = requireClose(code, reason);
    if (this.#wasSent !== undefined) return;
    this.#wasSent = this.#native.closeExchange(this.#operation.number, code, bytes);
    if (!this.#isAnswered) this.#operation.reject(new TransportError("cancelled", "the exchange was closed"));
  }
}
