import { Digest, type DigestLike, type NetworkId, type PeerId } from "../primitives/index.js";
import type { EndpointAddress } from "./address.js";

/** A credential as data: what kind, and the bytes that its validator understands (spec 07 §2). */
export interface Ticket {
  readonly class: Digest;
  readonly data: Uint8Array;
}

/** The id under which an entry lists a ticket. */
export function ticketId(ticket: Ticket): Digest {
  return ticket.class.derive(ticket.data);
}

/** When the process that wrote an entry started and when it changed it last, in ms since the Unix epoch. */
export interface PeerEntryVersion {
  readonly started: bigint;
  readonly updated: bigint;
}

/** Negative, zero or positive: by start, then by update (spec 02 §3.3). */
export function compareVersions(a: PeerEntryVersion, b: PeerEntryVersion): number {
  if (a.started !== b.started) return a.started < b.started ? -1 : 1;
  if (a.updated !== b.updated) return a.updated < b.updated ? -1 : 1;
  return 0;
}

/** What an entry is made of (spec 02 §3.1). */
export type PeerEntryFields = Pick<
  PeerEntry,
  "protocol" | "network" | "version" | "address" | "tags" | "streams" | "functions" | "groups" | "tickets"
>;

/** The sets of ids in an entry. */
export type IdSet = "tags" | "streams" | "functions" | "groups";

const I64_MAX = 2n ** 63n - 1n;

/**
 * What a peer says of itself (spec 02 §3). Immutable: each change gives a new entry with a greater version, or the same entry if
 * nothing changed.
 */
export class PeerEntry {
  // In the order of the wire. Sets and maps are in ascending order.
  /** The version of the protocol that it speaks, for people to read. */
  readonly protocol: string;
  readonly network: NetworkId;
  readonly version: PeerEntryVersion;
  readonly address: EndpointAddress;
  readonly tags: ReadonlySet<Digest>;
  readonly streams: ReadonlySet<Digest>;
  readonly functions: ReadonlySet<Digest>;
  readonly groups: ReadonlySet<Digest>;
  readonly tickets: ReadonlyMap<Digest, Ticket>;

  constructor(fields: PeerEntryFields) {
    this.protocol = fields.protocol;
    this.network = fields.network;
    this.version = fields.version;
    this.address = fields.address;
    this.tags = fields.tags;
    this.streams = fields.streams;
    this.functions = fields.functions;
    this.groups = fields.groups;
    this.tickets = fields.tickets;
  }

  /** The first entry of a process that starts at `nowMs`. */
  static create(protocol: string, network: NetworkId, address: EndpointAddress, nowMs: number): PeerEntry {
    const now = BigInt(Math.floor(nowMs));
    return new PeerEntry({
      protocol,
      network,
      version: { started: now, updated: now },
      address,
      tags: new Set(),
      streams: new Set(),
      functions: new Set(),
      groups: new Set(),
      tickets: new Map(),
    });
  }

  /** Whose entry it is. */
  get id(): PeerId {
    return this.address.id;
  }

  /** When the entry was last changed, in ms since the Unix epoch, by its author's clock. */
  get updatedAtMs(): number {
    return Number(this.version.updated);
  }

  /** When the author's process started, in ms since the Unix epoch. */
  get startedAtMs(): number {
    return Number(this.version.started);
  }

  /** Whether it takes the place of another entry of the same peer. */
  isNewerThan(other: PeerEntry): boolean {
    return compareVersions(this.version, other.version) > 0;
  }

  /** The same content under a greater version. */
  incremented(nowMs: number): PeerEntry {
    return this.#changed({}, nowMs);
  }

  /** A new address, and always a greater version. @throws RangeError if the address is another peer's. */
  withAddress(address: EndpointAddress, nowMs: number): PeerEntry {
    if (address.id !== this.id) {
      throw new RangeError(`the address of ${address.id.short()} cannot be that of ${this.id.short()}`);
    }
    return this.#changed({ address }, nowMs);
  }

  /** Adds ids to one of the sets; the same entry if all were there. */
  withAdded(set: IdSet, ids: Iterable<DigestLike>, nowMs: number): PeerEntry {
    const grown = new Set(this[set]);
    for (const id of ids) grown.add(Digest.from(id));
    return grown.size === this[set].size ? this : this.#changed({ [set]: sortedSet(grown) }, nowMs);
  }

  /** Removes ids from one of the sets; the same entry if none was there. */
  withRemoved(set: IdSet, ids: Iterable<DigestLike>, nowMs: number): PeerEntry {
    const shrunk = new Set(this[set]);
    for (const id of ids) shrunk.delete(Digest.from(id));
    return shrunk.size === this[set].size ? this : this.#changed({ [set]: shrunk }, nowMs);
  }

  /** Adds a ticket; the same entry if it was there. */
  withTicket(ticket: Ticket, nowMs: number): PeerEntry {
    const id = ticketId(ticket);
    if (this.tickets.has(id)) return this;
    return this.#changed({ tickets: sortedMap(new Map(this.tickets).set(id, copyOf(ticket))) }, nowMs);
  }

  /** Puts a ticket in the place of all of its class; the same entry if it is the only one already. */
  replacingTickets(ticket: Ticket, nowMs: number): PeerEntry {
    const id = ticketId(ticket);
    const others = [...this.tickets].filter(([, { class: kind }]) => kind !== ticket.class);
    if (this.tickets.has(id) && others.length === this.tickets.size - 1) return this;
    return this.#changed({ tickets: sortedMap([...others, [id, copyOf(ticket)]]) }, nowMs);
  }

  /** Removes the tickets that `matches` names; the same entry if there are none. */
  withoutTickets(matches: (ticket: Ticket, id: Digest) => boolean, nowMs: number): PeerEntry {
    const kept = new Map([...this.tickets].filter(([id, ticket]) => !matches(ticket, id)));
    return kept.size === this.tickets.size ? this : this.#changed({ tickets: kept }, nowMs);
  }

  /** The tickets of one class, in the order of their ids. */
  ticketsOf(ticketClass: DigestLike): Ticket[] {
    const wanted = Digest.from(ticketClass);
    return [...this.tickets.values()].filter((ticket) => ticket.class === wanted);
  }

  /** The tickets of one class whose bytes `isValid` accepts, in the order of their ids. */
  validTickets(ticketClass: DigestLike, isValid: (data: Uint8Array) => boolean): Ticket[] {
    return this.ticketsOf(ticketClass).filter(({ data }) => isValid(data));
  }

  /** Whether there is a ticket of the class whose bytes `isValid` accepts. */
  hasValidTicket(ticketClass: DigestLike, isValid: (data: Uint8Array) => boolean): boolean {
    return this.ticketsOf(ticketClass).some(({ data }) => isValid(data));
  }

  #changed(changes: Partial<PeerEntryFields>, nowMs: number): PeerEntry {
    const now = BigInt(Math.floor(nowMs));
    const { started, updated } = this.version;
    const next = (updated > now ? updated : now) + 1n;
    return new PeerEntry({ ...this, ...changes, version: { started, updated: next > I64_MAX ? I64_MAX : next } });
  }
}

/** What is listed under an id must not change when the program goes on to use its buffer. */
function copyOf(ticket: Ticket): Ticket {
  return { class: ticket.class, data: new Uint8Array(ticket.data) };
}

/** A set in ascending order. */
export function sortedSet(ids: Iterable<Digest>): ReadonlySet<Digest> {
  return new Set([...ids].sort(Digest.compare));
}

/** A map in ascending order of its keys. */
export function sortedMap<V>(entries: Iterable<readonly [Digest, V]>): ReadonlyMap<Digest, V> {
  return new Map([...entries].sort(([a], [b]) => Digest.compare(a, b)));
}
