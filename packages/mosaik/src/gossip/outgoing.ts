import { FRAME_HEADER_BYTES, writeFrameHeader } from "../network/index.js";
import type { NetworkId } from "../primitives/index.js";
import { TransportError, type Connection, type Runtime, type SendStream, atMost } from "../runtime/index.js";
import {
  GOSSIP_FRAME_WRITE_MAX_BYTES,
  IHAVE_ENTRIES_MAX,
  streamHeaderCodec,
  topicMessageCodec,
  type Announcement,
  type TopicMessage,
} from "./protocol.js";

/** Messages that wait for a peer that reads slowly. */
export const SEND_QUEUE_MAX = 64;

/** How long a stream waits for the end of the one before it to arrive, in ms. */
export const ORDER_WITHIN_MS = 250;

/** What became of a message that was not sent. */
export type Loss = "queueFull" | "tooLarge";

/** Either a message, or the end of the stream. */
type Item = TopicMessage | "finish";

/**
 * What goes to one peer on one connection: a stream of ours, opened with the first message and ended after a `Disconnect`, whereupon
 * the next message opens another (spec 03 A.3). Never waits: where the peer does not read, payloads make room first, and are announced
 * once it reads again, so that it can ask for them.
 */
export class Outgoing {
  readonly #runtime: Runtime;
  readonly #connection: Connection;
  /** What has to arrive first. */
  #before: Promise<unknown> | undefined;
  readonly #topic: NetworkId;
  readonly #onLoss: (loss: Loss) => void;
  readonly #queue: Item[] = [];
  /** Payloads that made room. */
  readonly #withheld: Announcement[] = [];
  readonly #unacknowledged = new Set<Promise<void>>();
  #stream: SendStream | undefined;
  #pumping: Promise<void> | undefined;
  #takenCount = 0;
  #hasFailed = false;

  /** @param predecessor has sent to the peer so far, on another connection */
  constructor(
    runtime: Runtime,
    connection: Connection,
    topic: NetworkId,
    predecessor: Outgoing | undefined,
    onLoss: (loss: Loss) => void,
  ) {
    this.#runtime = runtime;
    this.#connection = connection;
    this.#before = predecessor?.drain();
    this.#topic = topic;
    this.#onLoss = onLoss;
  }

  /** Messages that the transport has taken: what grows makes progress. */
  get takenCount(): number {
    return this.#takenCount;
  }

  /** Everything was sent, every stream ended, and the peer's transport has it. */
  get isAtRest(): boolean {
    return this.#pumping === undefined && this.#stream === undefined && this.#unacknowledged.size === 0;
  }

  get isWaiting(): boolean {
    return this.#pumping !== undefined;
  }

  send(message: TopicMessage): void {
    if (this.#queue.length >= SEND_QUEUE_MAX && !this.#makeRoom()) return this.#onLoss("queueFull");
    this.#queue.push(message);
    if (message.kind === "swarm" && message.value.kind === "disconnect") this.#queue.push("finish");
    this.#pump();
  }

  /** Ends the stream behind what was sent. */
  finish(): void {
    if (this.#queue.at(-1) === "finish") return;
    if (this.#stream === undefined && this.#queue.length === 0 && this.#pumping === undefined) return;
    this.#queue.push("finish");
    this.#pump();
  }

  /** Ends the stream, and resolves when the peer's transport has everything, or never will. */
  async drain(): Promise<void> {
    this.finish();
    await this.#pumping;
    await Promise.all(this.#unacknowledged);
  }

  /** Takes what was not sent, for another connection. */
  takeUnsent(): TopicMessage[] {
    return this.#queue.splice(0).filter((item) => item !== "finish");
  }

  /** Drops the oldest payload. What is short is worth more: the tree and the views hang on it. */
  #makeRoom(): boolean {
    const index = this.#queue.findIndex(
      (item) => item !== "finish" && item.kind === "gossip" && item.value.kind === "gossip",
    );
    if (index < 0) return false;
    const [item] = this.#queue.splice(index, 1);
    this.#onLoss("queueFull");
    if (item === undefined || item === "finish" || item.kind !== "gossip" || item.value.kind !== "gossip") return true;
    const { id, scope } = item.value.value;
    if (scope.kind === "swarm") this.#withheld.push({ id, round: scope.value });
    if (this.#withheld.length > IHAVE_ENTRIES_MAX) this.#withheld.shift();
    return true;
  }

  #pump(): void {
    if (this.#hasFailed) return;
    this.#pumping ??= this.#sendAll()
      .catch((error: unknown) => {
        this.#hasFailed = true;
        if (!(error instanceof TransportError)) throw error;
        // The peer stopped our stream, or the connection ended: with a stopped stream the link is of no use to either side.
        this.#connection.close(0, "close from disconnect");
      })
      .finally(() => (this.#pumping = undefined));
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const item = this.#queue.shift();
      if (item === "finish") this.#end();
      else if (item !== undefined) await this.#write(item);
      else if (this.#withheld.length > 0) await this.#write(announcing(this.#withheld.splice(0)));
      else return;
    }
  }

  #end(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    this.#stream = undefined;
    stream.finish();
    const acknowledged = stream
      .acknowledged()
      .catch(() => {})
      .finally(() => this.#unacknowledged.delete(acknowledged));
    this.#unacknowledged.add(acknowledged);
  }

  /** Streams overtake each other: a `Neighbor` ahead of the `Disconnect` before it would leave a link that only one side has. */
  async #inOrder(): Promise<void> {
    const before = Promise.all([this.#before, ...this.#unacknowledged]);
    this.#before = undefined;
    await atMost(this.#runtime, ORDER_WITHIN_MS, before);
  }

  async #write(message: TopicMessage): Promise<void> {
    const body = topicMessageCodec.encode(message);
    if (body.length > GOSSIP_FRAME_WRITE_MAX_BYTES) return this.#onLoss("tooLarge");
    let stream = this.#stream;
    if (stream === undefined) {
      await this.#inOrder();
      stream = this.#stream = await this.#connection.openUni();
      await writeAll(stream, frame(streamHeaderCodec.encode(this.#topic)));
    }
    await writeAll(stream, frame(body));
    this.#takenCount++;
  }
}

function announcing(value: Announcement[]): TopicMessage {
  return { kind: "gossip", value: { kind: "iHave", value } };
}

function frame(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + body.length);
  writeFrameHeader(bytes, 0, body.length);
  bytes.set(body, FRAME_HEADER_BYTES);
  return bytes;
}

async function writeAll(stream: SendStream, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; ; await stream.drained()) {
    rest = rest.subarray(stream.tryWrite(rest));
    if (rest.length === 0) return;
  }
}
