import { RustCaller } from "./caller.js";
import type { OpenCollectionOptions, OpenedCollection, RustCollectionType } from "./collection-protocol.js";
import { RustCollection } from "./collection.js";
import { RustConsumer } from "./consumer.js";
import type { CallerOptions, HandleOptions } from "./function-protocol.js";
import type { CounterArgs, JoinedGroup, JoinGroupOptions } from "./group-protocol.js";
import { RustGroup } from "./group.js";
import { RustHandler } from "./handler.js";
import type { RequestOptions, RustPeer } from "./peer.js";
import { RustProducer } from "./producer.js";
import type {
  CatalogEntry,
  ConsumeOptions,
  DatumType,
  DatumTypes,
  PeerAddr,
  PeerEntryInfo,
  ProduceOptions,
  SensorSummary,
  ViewerSummary,
} from "./protocol.js";
import { RawConnection } from "./raw.js";
import type { IssueOptions, JwtValidatorArgs, TicketInfo, Verdict } from "./ticket-protocol.js";

/** A mosaik node in a Rust process: what {@link RustPeer.join} gives. */
export class RustNode {
  readonly id: string;

  /** @param addr its address when it had joined */
  constructor(
    readonly peer: RustPeer,
    readonly name: string,
    readonly addr: PeerAddr,
  ) {
    this.id = addr.id;
  }

  /** Sends a command that is about this node. */
  request<T = Record<string, never>>(cmd: string, args: object = {}, options: RequestOptions = {}): Promise<T> {
    return this.peer.request<T>(cmd, args, { ...options, node: this.name });
  }

  /** Starts gossip and a catalog sync with a peer; resolves before either is done. */
  async dial(addr: PeerAddr): Promise<void> {
    await this.request("dial", { addr });
  }

  /** Swaps catalogs with a peer. */
  async syncWith(addr: PeerAddr): Promise<void> {
    await this.request("syncWith", { addr });
  }

  /** Asks a peer for its entry; not as this node, but from a bare endpoint of the process. */
  ping(addr: PeerAddr): Promise<{ entry: PeerEntryInfo; rttMicros: number | null }> {
    return this.request("ping", { addr });
  }

  /** All entries that the node shows, its own among them. */
  async catalog(): Promise<readonly CatalogEntry[]> {
    return (await this.request<{ peers: CatalogEntry[] }>("catalog")).peers;
  }

  /** The node's own entry, and its signed encoding in hexadecimal. */
  me(): Promise<{ entry: PeerEntryInfo; hex: string }> {
    return this.request("me");
  }

  /** The node's address as of now. */
  async currentAddr(): Promise<PeerAddr> {
    return (await this.request<{ addr: PeerAddr }>("addr")).addr;
  }

  async addTags(...tags: string[]): Promise<void> {
    await this.request("addTags", { tags });
  }

  async removeTags(...tags: string[]): Promise<void> {
    await this.request("removeTags", { tags });
  }

  async produce<K extends DatumType>(type: K, options: ProduceOptions = {}): Promise<RustProducer<DatumTypes[K]>> {
    const { producer, streamId } = await this.request<{ producer: string; streamId: string }>("produce", {
      type,
      ...options,
    });
    return new RustProducer(this, producer, streamId);
  }

  async consume<K extends DatumType>(type: K, options: ConsumeOptions = {}): Promise<RustConsumer<DatumTypes[K]>> {
    const { consumer, streamId } = await this.request<{ consumer: string; streamId: string }>("consume", {
      type,
      ...options,
    });
    return new RustConsumer(this, consumer, streamId);
  }

  /** Serves a function of which requests and replies are of this type; each call is an event `called`. */
  async handle<K extends DatumType>(type: K, options: HandleOptions = {}): Promise<RustHandler<DatumTypes[K]>> {
    const { handler, functionId } = await this.request<{ handler: string; functionId: string }>("handle", {
      type,
      ...options,
    });
    return new RustHandler(this, handler, functionId);
  }

  /** A caller of a function of which requests and replies are of this type. */
  async caller<K extends DatumType>(type: K, options: CallerOptions = {}): Promise<RustCaller<DatumTypes[K]>> {
    const { caller, functionId } = await this.request<{ caller: string; functionId: string }>("caller", {
      type,
      ...options,
    });
    return new RustCaller(this, caller, functionId);
  }

  /** Becomes a member of a group that replicates a counter. */
  async joinCounter(options: JoinGroupOptions & CounterArgs): Promise<RustGroup<"counter">> {
    return new RustGroup(this, await this.request<JoinedGroup>("joinGroup", { machine: "counter", ...options }));
  }

  /** Becomes a member of a group that replicates nothing: it only agrees on a leader. */
  async joinNoop(options: JoinGroupOptions): Promise<RustGroup<"noop">> {
    return new RustGroup(this, await this.request<JoinedGroup>("joinGroup", { machine: "noop", ...options }));
  }

  /** Becomes a member of a group whose machine knows in which order it was given commands, and reports each as `applied`. */
  async joinOrder(options: JoinGroupOptions): Promise<RustGroup<"order">> {
    return new RustGroup(this, await this.request<JoinedGroup>("joinGroup", { machine: "order", ...options }));
  }

  /** Opens a collection to read it, or to read and write it. */
  async openCollection(type: RustCollectionType, options: OpenCollectionOptions): Promise<RustCollection> {
    return new RustCollection(this, await this.request<OpenedCollection>("openCollection", { type, ...options }));
  }

  /** Makes a ticket; {@link addTicket} puts it into the entry. */
  issueTicket(options: IssueOptions): Promise<TicketInfo> {
    return this.request("issueTicket", options);
  }

  async addTicket(ticket: Pick<TicketInfo, "class" | "data">): Promise<void> {
    await this.request("addTicket", { class: ticket.class, data: ticket.data });
  }

  /** Adds a ticket in place of all of its class. */
  async replaceTicket(ticket: Pick<TicketInfo, "class" | "data">): Promise<void> {
    await this.request("replaceTicket", { class: ticket.class, data: ticket.data });
  }

  async removeTicket({ id }: Pick<TicketInfo, "id">): Promise<void> {
    await this.request("removeTicket", { ticket: id });
  }

  async removeTicketsOf(ticketClass: string): Promise<void> {
    await this.request("removeTicketsOf", { class: ticketClass });
  }

  /** What a validator says of the tickets in a peer's entry, as this node knows it. */
  judgeTickets(peer: string, validator: JwtValidatorArgs): Promise<Verdict> {
    return this.request("judgeTickets", { peer, validator });
  }

  /** A connection from this node's own socket, to send what no node of the crate sends. */
  async rawDial(addr: PeerAddr, alpn: string): Promise<RawConnection> {
    const { raw, id } = await this.request<{ raw: string; id: string }>("rawDial", { addr, alpn, asNode: true });
    return new RawConnection(this.peer, raw, id);
  }

  /** Streams this machine's readings; each is a `demoProduced` event. Returns the handle. */
  async demoSensor(options: { name: string; intervalMs: number; streamId: string }): Promise<string> {
    return (await this.request<{ handle: string }>("demoSensor", options)).handle;
  }

  /** Receives everyone's readings; each is a `demoReceived` event. Returns the handle. */
  async demoViewer(options: { streamId: string }): Promise<string> {
    return (await this.request<{ handle: string }>("demoViewer", options)).handle;
  }

  sensorSummary(handle: string): Promise<SensorSummary> {
    return this.request("demoInfo", { handle });
  }

  viewerSummary(handle: string): Promise<ViewerSummary> {
    return this.request("demoInfo", { handle });
  }

  /** Gives up a producer, consumer, handler, caller, group, collection, sensor or viewer. */
  async drop(handle: string): Promise<void> {
    await this.request("drop", { handle });
  }

  /** Leaves the network with a goodbye; all that was opened on the node goes with it. */
  async leave(): Promise<void> {
    await this.request("leave");
  }
}
