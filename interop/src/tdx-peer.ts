import { RustPeer, type StartOptions } from "./peer.js";
import { TdxNode, type TdxJoined } from "./tdx-node.js";
import type { TdxTicketFields, TdxTicketInfo, TdxValidatorArgs } from "./tdx-protocol.js";
import type { TicketInfo } from "./ticket-protocol.js";

/** A running `tdx-peer`: the Rust program whose mosaik has the feature `tdx`. */
export class TdxPeer implements AsyncDisposable {
  private constructor(readonly process: RustPeer) {}

  /** @throws {Error} with the sentence of `whyNoPeer("tdx-peer")`, or when the program cannot be started */
  static async start(options: Omit<StartOptions, "program"> = {}): Promise<TdxPeer> {
    return new TdxPeer(await RustPeer.start({ ...options, program: "tdx-peer" }));
  }

  /** Joins a network. One process can hold several nodes, by different names. */
  async join(options: { network: string; relay: string; announceIntervalMs: number }, name: string): Promise<TdxNode> {
    const joined = await this.process.request<TdxJoined>("join", options, { node: name, timeoutMs: 30_000 });
    return new TdxNode(this.process, name, joined);
  }

  /** What a validator adds to the ids of functions and groups, in hexadecimal. */
  async validatorSignature(validator: TdxValidatorArgs): Promise<string> {
    return (await this.process.request<{ signature: string }>("validatorSignature", { validator })).signature;
  }

  /** A ticket as Rust writes it. */
  encodeTicket(ticket: TdxTicketFields): Promise<Pick<TicketInfo, "class" | "data">> {
    return this.process.request("encodeTicket", { ticket });
  }

  /** A ticket as Rust reads it. @throws {RustPeerError} where it cannot */
  decodeTicket(data: string): Promise<TdxTicketInfo> {
    return this.process.request("decodeTicket", { data });
  }

  close(): Promise<void> {
    return this.process.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
