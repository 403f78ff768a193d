import { requireBytes, requireU32 } from "./arguments.js";
import { endpointClosed, transportError } from "./failure.js";
import type { Mailbox, Operation } from "./mailbox.js";
import type { NativeSendStream } from "./native.js";
import { TransportError, type SendStream } from "./transport.js";

const hasRoom = Promise.resolve();

/** A sending stream. Bytes are copied into a bounded queue that a Rust task empties: hand over many frames at once. */
export class IrohSendStream implements SendStream {
  readonly #native: NativeSendStream;
  readonly #mailbox: Mailbox;
  #drained: Promise<void> | undefined;
  #acknowledged: Operation<void> | undefined;

  constructor(native: NativeSendStream, mailbox: Mailbox) {
    this.#native = native;
    this.#mailbox = mailbox;
  }

  tryWrite(bytes: Uint8Array): number {
    requireBytes(bytes, "what is written");
    const taken = this.#native.tryWrite(bytes);
    if (typeof taken === "number") return taken;
    throw transportError(taken);
  }

  drained(): Promise<void> {
    if (this.#drained !== undefined) return this.#drained;
    const obstacle = this.#native.obstacle();
    if (obstacle !== null) return Promise.reject(transportError(obstacle));
    if (!this.#native.awaitRoom()) return hasRoom;
    this.#drained = new Promise((resolve, reject) => {
      this.#mailbox.keepWriter(this.#native.id, () => {
        this.#drained = undefined;
        const failure = this.#native.obstacle();
        if (failure === null) resolve();
        else reject(transportError(failure));
      });
    });
    return this.#drained;
  }

  finish(): void {
    this.#native.finish();
  }

  acknowledged(): Promise<void> {
    this.#acknowledged ??= this.#mailbox.begin<void>(
      ({ number }) => this.#native.acknowledged(number),
      () => {},
      (operation) => {
        const obstacle = this.#native.obstacle();
        operation.reject(obstacle === null ? endpointClosed() : transportError(obstacle));
      },
    );
    return this.#acknowledged.promise;
  }

  reset(code: number): void {
    requireU32(code, "the code of a reset");
    this.#native.reset(code);
    this.#acknowledged?.reject(new TransportError("finished", "the stream was reset by this side"));
  }
}
