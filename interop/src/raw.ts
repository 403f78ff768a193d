import type { RequestOptions, RustPeer } from "./peer.js";
import type { CloseInfo, RawReceived } from "./protocol.js";

/** A connection of a bare endpoint, with the one stream that mosaik's protocols use: for what no well-behaved node sends. */
export class RawConnection {
  /** @param id the endpoint's own peer id */
  constructor(
    private readonly peer: RustPeer,
    readonly handle: string,
    readonly id: string,
  ) {}

  /** Sends a frame with this payload, in hexadecimal. */
  async send(hex: string): Promise<void> {
    await this.peer.request("rawSend", { raw: this.handle, hex });
  }

  /** Sends bytes as they are, in hexadecimal. */
  async sendUnframed(hex: string): Promise<void> {
    await this.peer.request("rawSend", { raw: this.handle, hex, unframed: true });
  }

  /** Ends our half of the stream. */
  async finish(): Promise<void> {
    await this.peer.request("rawFinish", { raw: this.handle });
  }

  /** The next frame, or what came in its place. */
  receive(options?: RequestOptions): Promise<RawReceived> {
    return this.peer.request("rawRecv", { raw: this.handle }, options);
  }

  async close(code: number, reason = ""): Promise<void> {
    await this.peer.request("rawClose", { raw: this.handle, code, reason });
  }

  /** Waits for the end of the connection. */
  closed(options?: RequestOptions): Promise<CloseInfo> {
    return this.peer.request("rawClosed", { raw: this.handle }, options);
  }
}
