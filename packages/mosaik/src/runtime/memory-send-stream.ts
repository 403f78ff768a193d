import { type CloseInfo, type SendStream, TransportError } from "@mosaik/iroh/transport";
import { requireCode } from "./memory-arguments.js";
import type { FarWriter, MemoryRecvStream } from "./memory-recv-stream.js";
import { MemoryFrame, type MemoryWire } from "./memory-wire.js";

/** A promise that others settle. */
interface Pending {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The writing half of a stream in the memory network. */
export class MemorySendStream implements SendStream, FarWriter {
  readonly #wire: MemoryWire;
  readonly #reader: MemoryRecvStream;
  /** The half has no state left to keep. */
  readonly #onDone: () => void;
  #state: "open" | "finished" | "acknowledged" | "reset" | "stopped" = "open";
  #stopCode = 0;
  #closeInfo: CloseInfo | undefined;
  #sentBytes = 0;
  #limitBytes: number;
  #drain: Pending | undefined;
  #acknowledgement: Pending | undefined;

  constructor(wire: MemoryWire, reader: MemoryRecvStream, windowBytes: number, onDone: () => void) {
    this.#wire = wire;
    this.#reader = reader;
    this.#limitBytes = windowBytes;
    this.#onDone = onDone;
  }

  tryWrite(bytes: Uint8Array): number {
    if (this.#state !== "open" || this.#closeInfo !== undefined) throw this.#failure();
    const taken = Math.min(bytes.length, this.#roomBytes());
    if (taken === 0) return 0;
    this.#sentBytes += taken;
    this.#wire.charge(taken);
    const copy = new Uint8Array(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    this.#wire.send(new DataFrame(this.#wire, this.#reader, copy));
    return taken;
  }

  drained(): Promise<void> {
    if (this.#state !== "open" || this.#closeInfo !== undefined) return Promise.reject(this.#failure());
    if (this.#roomBytes() > 0) return Promise.resolve();
    if (this.#drain === undefined) {
      this.#drain = pending();
      this.#awaitRoom();
    }
    return this.#drain.promise;
  }

  finish(): void {
    if (this.#state !== "open" || this.#closeInfo !== undefined) return;
    this.#state = "finished";
    this.#drain?.reject(this.#failure());
    this.#drain = undefined;
    this.#wire.send(new EndFrame(this.#wire, this.#reader));
  }

  acknowledged(): Promise<void> {
    if (this.#state === "acknowledged") return Promise.resolve();
    if (this.#state === "reset" || this.#state === "stopped" || this.#closeInfo !== undefined) {
      return Promise.reject(this.#failure());
    }
    this.#acknowledgement ??= pending();
    return this.#acknowledgement.promise;
  }

  reset(code: number): void {
    requireCode(code);
    if (this.#state === "acknowledged" || this.#state === "reset" || this.#closeInfo !== undefined) return;
    const wasStopped = this.#state === "stopped";
    this.#state = "reset";
    if (wasStopped) return;
    this.#wire.send(new ResetFrame(this.#wire, this.#reader, code));
    this.#fail();
  }

  extend(limitBytes: number): void {
    this.#limitBytes = Math.max(this.#limitBytes, limitBytes);
    this.#awaitRoom();
  }

  stopped(code: number): void {
    if (this.#closeInfo !== undefined || (this.#state !== "open" && this.#state !== "finished")) return;
    this.#state = "stopped";
    this.#stopCode = code;
    this.#fail();
  }

  received(): void {
    if (this.#state !== "finished" || this.#closeInfo !== undefined) return;
    this.#state = "acknowledged";
    this.#acknowledgement?.resolve();
    this.#onDone();
  }

  /** The connection ended. */
  connectionEnded(info: CloseInfo): void {
    this.#closeInfo = info;
    this.#fail();
  }

  #roomBytes(): number {
    const streamBytes = this.#limitBytes - this.#sentBytes;
    return streamBytes === 0 ? 0 : Math.max(0, Math.min(streamBytes, this.#wire.roomBytes()));
  }

  /** Ends a wait for room, or sees to it that the window of the connection ends it; `extend` follows that of the stream. */
  #awaitRoom(): void {
    const drain = this.#drain;
    if (drain === undefined) return;
    if (this.#roomBytes() > 0) {
      this.#drain = undefined;
      drain.resolve();
    } else if (this.#limitBytes > this.#sentBytes) {
      this.#wire.onRoom(() => this.#awaitRoom());
    }
  }

  #fail(): void {
    this.#drain?.reject(this.#failure());
    this.#drain = undefined;
    if (this.#state !== "acknowledged") this.#acknowledgement?.reject(this.#failure());
    this.#onDone();
  }

  #failure(): TransportError {
    if (this.#closeInfo !== undefined) return closedError(this.#closeInfo);
    if (this.#state !== "stopped") return new TransportError("finished", "the stream was ended by this side");
    const streamCode = this.#stopCode;
    return new TransportError("stopped", `the peer stopped the stream with code ${streamCode}`, { streamCode });
  }
}

/** What operations on a connection that has ended fail with. */
export function closedError(closeInfo: CloseInfo): TransportError {
  const code = "code" in closeInfo && closeInfo.code !== undefined ? ` with code ${closeInfo.code}` : "";
  return new TransportError("closed", `the connection is closed (${closeInfo.by}${code})`, { closeInfo });
}

function pending(): Pending {
  let [resolve, reject] = [(): void => {}, (_error: unknown): void => {}];
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

class DataFrame extends MemoryFrame {
  declare private readonly reader: MemoryRecvStream;
  declare private readonly bytes: Uint8Array;

  constructor(wire: MemoryWire, reader: MemoryRecvStream, bytes: Uint8Array) {
    super(wire);
    this.reader = reader;
    this.bytes = bytes;
  }

  protected deliver(): void {
    this.host.time.trace.foldBytes(this.bytes);
    this.wire.acknowledge(this.bytes.length);
    this.reader.push(this.bytes);
  }
}

class EndFrame extends MemoryFrame {
  declare private readonly reader: MemoryRecvStream;

  constructor(wire: MemoryWire, reader: MemoryRecvStream) {
    super(wire);
    this.reader = reader;
  }

  protected deliver(): void {
    this.reader.pushEnd();
  }
}

class ResetFrame extends MemoryFrame {
  declare private readonly reader: MemoryRecvStream;
  declare private readonly code: number;

  constructor(wire: MemoryWire, reader: MemoryRecvStream, code: number) {
    super(wire);
    this.reader = reader;
    this.code = code;
  }

  protected deliver(): void {
    this.reader.pushReset(this.code);
  }
}
