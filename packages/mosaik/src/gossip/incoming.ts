import type { NetworkId, PeerId } from "../primitives/index.js";
import { atMost, TransportError, type Connection, type Runtime } from "../runtime/index.js";
import { IncomingStream, type IncomingEnd } from "./incoming-stream.js";
import { ORDER_WITHIN_MS } from "./outgoing.js";
import type { TopicMessage } from "./protocol.js";
import type { Source, Turns } from "./turns.js";

export interface IncomingOptions {
  readonly runtime: Runtime;
  readonly turns: Turns;
  readonly topic: NetworkId;
  readonly isPeerId: (id: PeerId) => boolean;
  readonly onMessage: (message: TopicMessage) => void;
  /** A stream was given up: what it carried is no gossip. */
  readonly onInvalid: () => void;
}

/** What one peer sends on one connection: its streams, read side by side, each in order (spec 03 A.3), when it is their turn. */
export class Incoming implements Source {
  readonly #connection: Connection;
  readonly #options: IncomingOptions;
  /** Streams with something to be handled, the longest unhandled first. */
  readonly #waiting = new Set<IncomingStream>();
  #isAccepting = true;
  #openCount = 0;
  #finishedCount = 0;
  #onHandled: (() => void) | undefined;
  #isDiscarded = false;

  constructor(connection: Connection, options: IncomingOptions) {
    this.#connection = connection;
    this.#options = options;
    options.turns.open(this);
    void this.#accept();
  }

  /** The peer has ended every stream that it opened, and opened one at least. */
  get isAtRest(): boolean {
    return this.#openCount === 0 && this.#finishedCount > 0;
  }

  handle(): boolean {
    for (const stream of this.#waiting) {
      this.#waiting.delete(stream);
      if (stream.handle() && !this.#isDiscarded) this.#waiting.add(stream);
      break;
    }
    return this.#waiting.size > 0;
  }

  /** To be called once the connection has ended: calls back when everything that came is handled, at once if it is. */
  afterAll(then: () => void): void {
    this.#onHandled = () => {
      this.#onHandled = undefined;
      this.#options.turns.end(this);
      then();
    };
    this.#tellHandled();
  }

  /** Handles nothing any more. */
  discard(): void {
    this.#isDiscarded = true;
    this.#waiting.clear();
    this.#onHandled?.();
  }

  async #accept(): Promise<void> {
    try {
      // A peer ends one stream before it opens the next (spec 03 A.3): what it sent on the first comes first, if it comes in time.
      for (let last: Promise<void> | undefined; ;) {
        const stream = await this.#connection.acceptUni();
        this.#openCount++;
        if (last !== undefined) await atMost(this.#options.runtime, ORDER_WITHIN_MS, last);
        last = new Promise((resolve) => {
          const onWaiting = (waiting: IncomingStream): void => this.#enter(waiting);
          new IncomingStream(stream, this.#options, onWaiting, (end) => {
            this.#ended(end);
            resolve();
          });
        });
      }
    } catch (error) {
      if (!(error instanceof TransportError)) this.#options.runtime.report(error, "receiving gossip");
    }
    this.#isAccepting = false;
    this.#tellHandled();
  }

  /** Streams that came before the connection ended are accepted after it, where they had to wait for one before them. */
  #tellHandled(): void {
    if (!this.#isAccepting && this.#openCount === 0) this.#onHandled?.();
  }

  #enter(stream: IncomingStream): void {
    if (this.#isDiscarded) return;
    this.#waiting.add(stream);
    this.#options.turns.enter(this);
  }

  #ended(end: IncomingEnd): void {
    this.#openCount--;
    this.#finishedCount++;
    this.#tellHandled();
    if (end === "ended") return;
    this.#options.onInvalid();
    // A Rust peer sends nothing more after its stream was stopped (spec 03, trap 13): without another it is better gone.
    if (this.#openCount === 0) this.#connection.close(0, "close from disconnect");
  }
}
