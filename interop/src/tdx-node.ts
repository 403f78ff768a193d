import { RustConsumer } from "./consumer.js";
import type { RequestOptions, RustPeer } from "./peer.js";
import { RustProducer } from "./producer.js";
import type { PeerAddr } from "./protocol.js";
import type { TdxStreamOptions, TdxValidatorArgs } from "./tdx-protocol.js";
import type { TicketInfo, Verdict } from "./ticket-protocol.js";

/** What `join` answers. */
export interface TdxJoined {
  readonly addr: PeerAddr;
  readonly network: string;
  /** In RFC 3339. */
  readonly startedAt: string;
}

/** A mosaik node with Rust's feature `tdx`: what `TdxPeer.join` gives. */
export class TdxNode {
  readonly id: string;
  readonly addr: PeerAddr;
  readonly networkId: string;
  /** When the node started, as its entry says, in RFC 3339. */
  readonly startedAt: string;

  constructor(
    readonly peer: RustPeer,
    readonly name: string,
    { addr, network, startedAt }: TdxJoined,
  ) {
    this.id = addr.id;
    this.addr = addr;
    this.networkId = network;
    this.startedAt = startedAt;
  }

  /** Sends a command that is about this node. */
  request<T = Record<string, never>>(cmd: string, args: object = {}, options: RequestOptions = {}): Promise<T> {
    return this.peer.request<T>(cmd, args, { ...options, node: this.name });
  }

  /** Swaps catalogs with a peer. */
  async syncWith(addr: PeerAddr): Promise<void> {
    await this.request("syncWith", { addr });
  }

  /** Shows a ticket in place of all of its class. */
  async replaceTicket(ticket: Pick<TicketInfo, "class" | "data">): Promise<void> {
    await this.request("replaceTicket", { class: ticket.class, data: ticket.data });
  }

  /** What a validator says of a peer, as soon as the node knows an entry of it with this ticket. */
  judgeTickets(peer: string, ticketId: string, validator: TdxValidatorArgs): Promise<Verdict> {
    return this.request("judgeTickets", { peer, ticket: ticketId, validator });
  }

  /** Produces texts. */
  async produce(options: TdxStreamOptions): Promise<RustProducer<string>> {
    const { producer, streamId } = await this.request<{ producer: string; streamId: string }>("produce", options);
    return new RustProducer(this, producer, streamId);
  }

  /** Consumes texts. */
  async consume(options: TdxStreamOptions): Promise<RustConsumer<string>> {
    const { consumer, streamId } = await this.request<{ consumer: string; streamId: string }>("consume", options);
    return new RustConsumer(this, consumer, streamId);
  }

  /** Gives up a producer or consumer. */
  async drop(handle: string): Promise<void> {
    await this.request("drop", { handle });
  }
}
