import { type CloseInfo, type RecvStream, type StreamEnd } from "@mosaik/iroh/transport";
import { requireCode, requireCount } from "./memory-arguments.js";
import { MemoryFrame, type MemoryWire } from "./memory-wire.js";
import { HostEvent } from "./simulated-host.js";

/** The writer at the far side, as frames of the reader reach it. */
export interface FarWriter {
  /** The peer may now be sent bytes up to this offset. */
  extend(limitBytes: number): void;
  /** The reader stopped the stream. */
  stopped(code: number): void;
  /** The reader's transport has everything, the end too. */
  received(): void;
}

/** One piece in so many is delivered as two, so that nobody relies on the boundaries of writes. */
const splitEvery = 16;

/** The reading half of a stream in the memory network. */
export class MemoryRecvStream implements RecvStream {
  /** Carries this side's frames to the peer. */
  readonly #wire: MemoryWire;
  readonly #windowBytes: number;
  /** The half was read to its end, or refused. */
  readonly #onDone: () => void;
  /** The first frame of the stream arrived: the acceptor may see it. */
  readonly #onArrival: () => void;
  writer!: FarWriter;
  #queue: Uint8Array[] = [];
  #readBytes = 0;
  #advertisedBytes: number;
  #creditBytes = 0;
  #onChunk: ((chunk: Uint8Array) => void) | undefined;
  #onEnd: ((end: StreamEnd) => void) | undefined;
  /** How the stream ends once the queue is empty. */
  #end: StreamEnd | undefined;
  #isOver = false;
  #isPumping = false;
  #isPumpScheduled = false;

  constructor(wire: MemoryWire, windowBytes: number, onArrival: () => void, onDone: () => void) {
    this.#wire = wire;
    this.#onArrival = onArrival;
    this.#windowBytes = windowBytes;
    this.#advertisedBytes = windowBytes;
    this.#onDone = onDone;
  }

  start(onChunk: (chunk: Uint8Array) => void, onEnd: (end: StreamEnd) => void, creditBytes: number): void {
    requireCount(creditBytes, "creditBytes");
    if (this.#onChunk !== undefined) throw new TypeError("a stream is started once");
    this.#onChunk = onChunk;
    this.#onEnd = onEnd;
    this.#creditBytes = creditBytes;
    this.#schedulePump();
  }

  grant(bytes: number): void {
    requireCount(bytes, "bytes");
    this.#creditBytes += bytes;
    this.#schedulePump();
  }

  stop(code: number): void {
    requireCode(code);
    if (this.#isOver) return;
    if (this.#end?.kind !== "closed") this.#wire.send(new StopFrame(this.#wire, this.writer, code));
    this.#finish();
  }

  /** Bytes arrived. */
  push(bytes: Uint8Array): void {
    this.#onArrival();
    if (this.#isOver || this.#end !== undefined) return;
    const splitAt = bytes.length > 1 && this.#wire.path.uniform(splitEvery) === 0 ? bytes.length >> 1 : 0;
    if (splitAt > 0) this.#queue.push(bytes.subarray(0, splitAt));
    this.#queue.push(splitAt > 0 ? bytes.subarray(splitAt) : bytes);
    this.#pump();
  }

  /** The clean end arrived. */
  pushEnd(): void {
    this.#onArrival();
    this.#wire.send(new ReceivedFrame(this.#wire, this.writer));
    this.#end ??= { kind: "finished" };
    this.#pump();
  }

  /** A reset arrived: what was not delivered is lost. */
  pushReset(code: number): void {
    this.#onArrival();
    if (this.#end !== undefined) return;
    this.#queue = [];
    this.#end = { kind: "reset", code };
    this.#pump();
  }

  /** The connection ended. What arrived before is still delivered if the peer ended it, as in QUIC. */
  connectionEnded(info: CloseInfo): void {
    if (info.by === "local") {
      this.#queue = [];
      this.#end = { kind: "closed", info };
    } else {
      this.#end ??= { kind: "closed", info };
    }
    this.#schedulePump();
  }

  /** The reader crashed: no callback runs any more. */
  abandon(): void {
    this.#isOver = true;
  }

  /** Delivers from a new event: never from within a call of the reader's. */
  #schedulePump(): void {
    if (this.#isPumping || this.#isPumpScheduled || this.#onChunk === undefined || this.#isOver) return;
    if (this.#queue.length === 0 ? this.#end === undefined : this.#creditBytes === 0) return;
    this.#isPumpScheduled = true;
    const pump = (): void => {
      this.#isPumpScheduled = false;
      this.#pump();
    };
    const host = this.#wire.path.from;
    host.time.schedule(new Pump(host, pump), 0);
  }

  #pump(): void {
    const onChunk = this.#onChunk;
    if (onChunk === undefined || this.#isPumping || this.#isOver) return;
    this.#isPumping = true;
    try {
      while (this.#queue.length > 0 && this.#creditBytes > 0) this.#deliver(onChunk);
      this.#advertise();
    } finally {
      this.#isPumping = false;
    }
    if (this.#end === undefined || this.#queue.length > 0 || this.#isOver) return;
    const [end, onEnd] = [this.#end, this.#onEnd!];
    this.#finish();
    onEnd(end);
  }

  #deliver(onChunk: (chunk: Uint8Array) => void): void {
    const first = this.#queue[0]!;
    const fits = first.length <= this.#creditBytes;
    const chunk = fits ? first : first.subarray(0, this.#creditBytes);
    if (fits) this.#queue.shift();
    else this.#queue[0] = first.subarray(this.#creditBytes);
    this.#creditBytes -= chunk.length;
    this.#readBytes += chunk.length;
    onChunk(chunk);
  }

  /** Opens the window again once an eighth of it was read, as QUIC implementations do. */
  #advertise(): void {
    if (this.#end !== undefined || this.#isOver) return;
    const limitBytes = this.#readBytes + this.#windowBytes;
    if ((limitBytes - this.#advertisedBytes) * 8 < this.#windowBytes) return;
    this.#advertisedBytes = limitBytes;
    this.#wire.send(new LimitFrame(this.#wire, this.writer, limitBytes));
  }

  #finish(): void {
    this.#isOver = true;
    this.#queue = [];
    this.#onEnd = undefined;
    this.#onDone();
  }
}

class Pump extends HostEvent {
  declare private readonly pump: () => void;

  constructor(host: HostEvent["host"], pump: () => void) {
    super(host);
    this.pump = pump;
  }

  protected perform(): void {
    this.pump();
  }
}

class LimitFrame extends MemoryFrame {
  declare private readonly writer: FarWriter;
  declare private readonly limitBytes: number;

  constructor(wire: MemoryWire, writer: FarWriter, limitBytes: number) {
    super(wire);
    this.writer = writer;
    this.limitBytes = limitBytes;
  }

  protected deliver(): void {
    this.writer.extend(this.limitBytes);
  }
}

class StopFrame extends MemoryFrame {
  declare private readonly writer: FarWriter;
  declare private readonly code: number;

  constructor(wire: MemoryWire, writer: FarWriter, code: number) {
    super(wire);
    this.writer = writer;
    this.code = code;
  }

  protected deliver(): void {
    this.writer.stopped(this.code);
  }
}

class ReceivedFrame extends MemoryFrame {
  declare private readonly writer: FarWriter;

  constructor(wire: MemoryWire, writer: FarWriter) {
    super(wire);
    this.writer = writer;
  }

  protected deliver(): void {
    this.writer.received();
  }
}
