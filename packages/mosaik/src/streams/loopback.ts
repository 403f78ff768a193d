import { FRAME_HEADER_BYTES, frameEnd, NetworkError, type CloseCode, type FrameSink } from "../network/index.js";
import type { CloseInfo } from "../runtime/index.js";
import type { Carrier } from "./carrier.js";

/** What a consumer has of a producer on the same node: the receiving half of a link, without the network. */
export interface LoopbackEnd {
  /** Why it ended; resolves once, never rejects. */
  readonly closed: Promise<CloseInfo>;
  /** Hands every frame to `sink`; once. @param windowBytes how many bytes may be with the sink unreleased */
  receive(sink: FrameSink, windowBytes: number): void;
  /** Gives credit back for bytes that the sink has dealt with. */
  release(bytes: number): void;
  close(reason: CloseCode): void;
}

/** Frames and what to tell when they are taken. */
interface Written {
  readonly frames: Uint8Array;
  readonly onTaken: (() => void) | undefined;
  offset: number;
}

/** Joins a producer and a consumer of one node (spec 04 §(c) 17): frames go through as they are, with the credit of a link. */
export class LoopbackPipe {
  readonly producerEnd: Carrier;
  readonly consumerEnd: LoopbackEnd;
  #queue: Written[] = [];
  #queuedBytes = 0;
  #takenBytes = 0;
  #creditBytes = 0;
  #sink: FrameSink | undefined;
  #isDelivering = false;
  #isFinished = false;
  #closeCode: CloseCode | undefined;
  #onDelivered: ((error?: Error) => void) | undefined;
  #closeEnds!: (producer: CloseInfo, consumer: CloseInfo) => void;

  constructor() {
    const [producerClosed, closeProducer] = settled();
    const [consumerClosed, closeConsumer] = settled();
    this.#closeEnds = (producer, consumer) => {
      closeProducer(producer);
      closeConsumer(consumer);
    };
    const queuedBytes = (): number => this.#queuedBytes;
    const takenBytes = (): number => this.#takenBytes;
    this.producerEnd = {
      writer: {
        get queuedBytes() {
          return queuedBytes();
        },
        get takenBytes() {
          return takenBytes();
        },
        finish: () => this.#finish(),
      },
      // The consumer gets the frames themselves, and so may the program.
      passesOn: true,
      closed: producerClosed,
      sendFrames: (frames, _payloadBytes, onTaken) => this.#write(frames, onTaken),
      close: (reason) => this.#close(reason, "producer"),
    };
    this.consumerEnd = {
      closed: consumerClosed,
      receive: (sink, windowBytes) => {
        this.#sink = sink;
        this.#release(windowBytes);
        if (this.#closeCode !== undefined) sink.onEnd({ kind: "closed", info: infoOf("peer", this.#closeCode) });
      },
      release: (bytes) => this.#release(bytes),
      close: (reason) => this.#close(reason, "consumer"),
    };
  }

  #release(bytes: number): void {
    this.#creditBytes += bytes;
    this.#deliver();
  }

  #write(frames: Uint8Array, onTaken: (() => void) | undefined): void {
    if (this.#closeCode !== undefined) return;
    this.#queue.push({ frames, onTaken, offset: 0 });
    this.#queuedBytes += frames.length;
    this.#deliver();
  }

  /** Hands over whole frames while there is credit. */
  #deliver(): void {
    const sink = this.#sink;
    // What the sink does may come back here: the loop under way sees to it.
    if (sink === undefined || this.#isDelivering) return;
    this.#isDelivering = true;
    while (this.#creditBytes > 0 && this.#closeCode === undefined && this.#queue.length > 0) {
      this.#deliverSome(sink, this.#queue[0]!);
    }
    this.#isDelivering = false;
    if (this.#queue.length === 0 && this.#isFinished && this.#onDelivered !== undefined) {
      this.#onDelivered();
      this.#onDelivered = undefined;
      sink.onEnd({ kind: "ended" });
    }
  }

  #deliverSome(sink: FrameSink, written: Written): void {
    const { frames } = written;
    const from = written.offset;
    while (written.offset < frames.length && this.#creditBytes > 0 && this.#closeCode === undefined) {
      const end = frameEnd(frames, written.offset);
      sink.onFrame(frames, written.offset + FRAME_HEADER_BYTES, end);
      this.#creditBytes -= end - written.offset;
      written.offset = end;
    }
    const taken = written.offset - from;
    this.#takenBytes += taken;
    this.#queuedBytes -= taken;
    sink.onDelivered(taken);
    if (written.offset < frames.length) return;
    this.#queue.shift();
    written.onTaken?.();
  }

  #finish(): Promise<void> {
    this.#isFinished = true;
    const delivered = new Promise<void>((resolve, reject) => {
      this.#onDelivered = (error) => (error === undefined ? resolve() : reject(error));
    });
    if (this.#closeCode !== undefined) this.#onDelivered!(closedError());
    else this.#deliver();
    return delivered;
  }

  #close(reason: CloseCode, by: "producer" | "consumer"): void {
    if (this.#closeCode !== undefined) return;
    this.#closeCode = reason;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#onDelivered?.(closedError());
    this.#onDelivered = undefined;
    const [local, peer] = [infoOf("local", reason), infoOf("peer", reason)];
    if (by === "producer") this.#closeEnds(local, peer);
    else this.#closeEnds(peer, local);
    this.#sink?.onEnd({ kind: "closed", info: by === "producer" ? peer : local });
  }
}

function settled(): [Promise<CloseInfo>, (info: CloseInfo) => void] {
  let settle!: (info: CloseInfo) => void;
  const promise = new Promise<CloseInfo>((resolve) => (settle = resolve));
  return [promise, settle];
}

const NO_REASON = new Uint8Array(0);

function infoOf(by: "local" | "peer", { code }: CloseCode): CloseInfo {
  return { by, code, reason: NO_REASON };
}

function closedError(): NetworkError {
  return new NetworkError("closed", "the subscription ended");
}
