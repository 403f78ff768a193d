import { TransportError, type Exchange } from "@mosaik/iroh/transport";
import { DecodeError, type Codec } from "@mosaik/postcard";
import type { PeerId } from "../primitives/index.js";
import { CLOSE, describeClose, type CloseCode } from "./close-codes.js";
import { NetworkError, type NetworkErrorCode } from "./errors.js";

/** What an exchange needs of the node that it belongs to. */
export interface PeerExchangeContext {
  /** What a failure before anything was sent means. */
  dialError(cause: unknown): NetworkError;
  /** Called once, when the exchange is over: it is not held any more. @param answerBytes of an answer, if there is one */
  onOver(isSent: boolean, answerBytes: number): void;
}

/**
 * One message and its answer on a connection of their own, without a link: what `LocalNode.open`, `Link.send`, `Link.recv` and `Link.close`
 * do one after another, in one operation of the transport.
 */
export class PeerExchange {
  readonly #peer: PeerId;
  readonly #exchange: Exchange;
  readonly #context: PeerExchangeContext;
  #isOver = false;

  constructor(peer: PeerId, exchange: Exchange, context: PeerExchangeContext) {
    this.#peer = peer;
    this.#exchange = exchange;
    this.#context = context;
  }

  /** Whether the message may have left this node. */
  get isSent(): boolean {
    return this.#exchange.isSent;
  }

  /**
   * The answer; the connection is closed with 200. To be called once.
   *
   * @throws NetworkError as `LocalNode.open`, `Link.recv`; the connection is closed as a link would be
   */
  async answer<T>(codec: Codec<T>): Promise<T> {
    let bytes: Uint8Array;
    try {
      bytes = await this.#exchange.answer;
    } catch (cause) {
      throw this.#failed(cause);
    }
    let answer: T;
    try {
      answer = codec.decode(bytes);
    } catch (cause) {
      this.#end(CLOSE.protocolViolation, bytes.length);
      if (!(cause instanceof DecodeError)) throw cause;
      throw this.#error("protocolViolation", `peer ${this.#peer.short()} sent a message that does not decode`, cause);
    }
    this.#end(CLOSE.success, bytes.length);
    return answer;
  }

  /** Ends it: what is not sent yet is not sent. */
  close(reason: CloseCode): void {
    this.#end(reason, 0);
  }

  #failed(cause: unknown): NetworkError {
    const { isSent } = this;
    if (!(cause instanceof TransportError)) {
      this.#end(CLOSE.dropped, 0);
      throw cause;
    }
    const violates = cause.code === "tooLarge";
    this.#end(violates ? CLOSE.protocolViolation : cause.code === "ended" ? CLOSE.unexpectedClose : CLOSE.dropped, 0);
    if (!isSent) return this.#context.dialError(cause);
    const peer = `peer ${this.#peer.short()}`;
    switch (cause.code) {
      case "tooLarge":
        return this.#error("protocolViolation", cause.message, cause);
      case "ended":
        return this.#error("ended", `${peer} ended the stream where a message was expected`, cause);
      case "truncated":
      case "reset":
        return this.#error("truncated", `${peer} ended the stream inside a message`, cause);
      case "cancelled":
        return this.#error("cancelled", `the exchange with ${peer} was closed`, cause);
      default: {
        const how = cause.closeInfo === undefined ? "lost" : describeClose(cause.closeInfo);
        return this.#error("closed", `the connection with ${peer} was ${how}`, cause);
      }
    }
  }

  #end({ code, name }: CloseCode, answerBytes: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#exchange.close(code, name);
    this.#context.onOver(this.#exchange.isSent, answerBytes);
  }

  #error(code: NetworkErrorCode, message: string, cause: unknown): NetworkError {
    const closeInfo = cause instanceof TransportError ? cause.closeInfo : undefined;
    return new NetworkError(code, message, { peer: this.#peer, closeInfo, cause });
  }
}
