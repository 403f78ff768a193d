import { CLOSE, peerCloseCode, type CloseCode, type LinkEnd, type PeerEntry } from "../../network/index.js";
import { Channel } from "../channel.js";
import type { ChannelEnd } from "../events.js";
import type { LoopbackEnd } from "../loopback.js";
import { Intake } from "./intake.js";
import { disconnect, type Source, type SourceContext } from "./source.js";

/** What a local source needs of its consumer. */
export interface LocalSourceContext<T> extends SourceContext<T> {
  /** Subscribes with this node's producer of the stream; `undefined` where it has none that takes consumers. */
  connectLocal(): LoopbackEnd | undefined;
}

/** The subscription of a consumer with the producer of its own node (spec 04 §(c) 17): no network, and no place to be resumed from. */
export class LocalSource<T> implements Source {
  readonly channel: Channel;
  readonly #context: LocalSourceContext<T>;
  #end: LoopbackEnd | undefined;
  #intake: Intake<T> | undefined;
  #isStopped = false;

  constructor(context: LocalSourceContext<T>, entry: PeerEntry) {
    this.#context = context;
    this.channel = new Channel(context.streamId, entry.id, entry.id, entry);
    void this.#run();
  }

  refresh(entry: PeerEntry): void {
    this.channel.peer = entry;
  }

  stop(reason: string): void {
    if (this.#isStopped) return;
    this.#leave(CLOSE.cancelled);
    disconnect(this.channel, "terminated", { code: CLOSE.cancelled.code, reason }, this.#context.events);
  }

  async #run(): Promise<void> {
    // Who made us is to know us before it hears of us.
    await Promise.resolve();
    if (this.#isStopped) return;
    const { node, events } = this.#context;
    const end = this.#context.connectLocal();
    if (end === undefined) return this.#terminate({ code: CLOSE.streamNotFound.code, reason: "no producer here" });
    this.#end = end;
    const intake = new Intake(this.#context, this.channel, {
      grant: (bytes) => end.release(bytes),
      onDecoded: () => {},
      onViolation: (lost) => {
        events.onGap(this.channel.producerId, "undecodable", lost);
        this.#ended({ code: CLOSE.protocolViolation.code, reason: "a frame is not a datum" }, CLOSE.protocolViolation);
      },
    });
    this.#intake = intake;
    this.channel.connected(node.runtime.monoMs());
    events.onConnected(this.channel.producerId, false);
    events.onChange();
    const onFrame = (bytes: Uint8Array, from: number, to: number): void => intake.onFrame(bytes, from, to);
    const onDelivered = (bytes: number): void => intake.onDelivered(bytes);
    end.receive({ onFrame, onDelivered, onEnd: (linkEnd) => this.#onEnd(linkEnd) }, intake.windowBytes);
  }

  #onEnd(end: LinkEnd): void {
    if (this.#isStopped) return;
    if (end.kind === "ended") return this.#ended({ code: CLOSE.gracefulShutdown.code, reason: "the producer closed" });
    const code = end.kind === "closed" ? peerCloseCode(end.info) : undefined;
    this.#context.events.onGap(this.channel.producerId, "break", undefined);
    this.#ended({ code, reason: `closed by the producer with ${String(code)}` });
  }

  #ended(end: ChannelEnd, code: CloseCode = CLOSE.gracefulShutdown): void {
    this.#leave(code);
    this.#terminate(end);
  }

  #leave(code: CloseCode): void {
    this.#isStopped = true;
    this.#intake?.close();
    this.#end?.close(code);
  }

  #terminate(end: ChannelEnd): void {
    disconnect(this.channel, "terminated", end, this.#context.events);
    this.#context.events.onTerminated(this, true);
  }
}
