import { isDeepStrictEqual } from "node:util";
import type { GroupEvent, Network } from "mosaik";
import type { CollectionType } from "../../../packages/mosaik/src/collections/kinds.js";
import type { AnyCommand } from "../../../packages/mosaik/src/collections/machine.js";
import type {
  CollectionStep,
  CollectionSyncArgs,
  PeerAddr,
  RustCollection,
  RustCollectionType,
  RustNode,
} from "../../src/index.js";
import type { Language } from "../group-members.js";
import { HS256 } from "../jwt.js";
import { addrOf, gather, within, type Languages } from "../setup.js";
import { SHARED_TYPES, type AnyHandle, type SharedType } from "./shared-types.js";

/** How long the slowest may take: an election of which the first rounds fail, or a hundred thousand entries. */
const SOON_MS = 30_000;

export interface OpenOptions {
  readonly role?: "reader" | "writer";
  readonly store?: string;
  readonly sync?: CollectionSyncArgs;
  readonly requireTicket?: boolean;
  /** In TypeScript: in place of the type of that name. */
  readonly type?: CollectionType<AnyCommand, unknown, object, object>;
}

/** A reader or writer of a collection, in either language. */
export interface Share {
  readonly language: Language;
  /** In hexadecimal. */
  readonly groupId: string;
  online(): Promise<void>;
  reaches(version: number): Promise<void>;
  /** Carries steps out, one sent right behind the other. @returns their versions */
  write(...steps: CollectionStep[]): Promise<readonly number[]>;
  /** All there is, in JSON, in Rust's order. */
  entries(): Promise<readonly unknown[]>;
  state(): Promise<{ readonly size: number; readonly version: number; readonly online: boolean }>;
  close(): Promise<void>;
}

/** A node in either language. */
export interface Peer {
  readonly language: Language;
  readonly id: string;
  readonly addr: PeerAddr;
  meet(addr: PeerAddr): Promise<void>;
  /** A writer unless told otherwise. */
  open(type: RustCollectionType, options?: OpenOptions): Promise<Share>;
}

export class TsShare implements Share {
  readonly language = "ts";
  readonly groupId: string;
  /** What happened in the group. */
  readonly events: readonly GroupEvent[];

  constructor(
    readonly handle: AnyHandle,
    private readonly type: SharedType,
  ) {
    this.groupId = handle.groupId.hex;
    this.events = gather(handle.events()) as readonly GroupEvent[];
  }

  online(): Promise<void> {
    return this.handle.when().online().toPromise({ timeoutMs: SOON_MS });
  }

  async reaches(version: number): Promise<void> {
    await this.handle.when().reaches(version).toPromise({ timeoutMs: SOON_MS });
  }

  write(...steps: CollectionStep[]): Promise<readonly number[]> {
    return Promise.all(steps.map((step) => this.type.write(this.handle, step)));
  }

  entries(): Promise<readonly unknown[]> {
    return Promise.resolve(this.type.entries(this.handle));
  }

  state(): Promise<{ size: number; version: number; online: boolean }> {
    const { size, version, isOnline } = this.handle;
    return Promise.resolve({ size, version, online: isOnline });
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

export class RustShare implements Share {
  readonly language = "rust";
  readonly groupId: string;

  constructor(readonly collection: RustCollection) {
    this.groupId = collection.groupId;
  }

  online(): Promise<void> {
    return this.collection.online({ timeoutMs: SOON_MS });
  }

  reaches(version: number): Promise<void> {
    return this.collection.reaches(version, { timeoutMs: SOON_MS });
  }

  write(...steps: CollectionStep[]): Promise<readonly number[]> {
    return this.collection.write(...steps);
  }

  entries(): Promise<readonly unknown[]> {
    return this.collection.entries();
  }

  state(): Promise<{ size: number; version: number; online: boolean }> {
    return this.collection.info();
  }

  close(): Promise<void> {
    return this.collection.drop();
  }
}

export class TsPeer implements Peer {
  readonly language = "ts";
  readonly id: string;

  constructor(
    readonly network: Network,
    private readonly store: string,
  ) {
    this.id = network.local.id.hex;
  }

  get addr(): PeerAddr {
    return addrOf(this.network);
  }

  async meet(addr: PeerAddr): Promise<void> {
    await this.network.discovery.syncWith(addr);
  }

  open(name: RustCollectionType, options: OpenOptions = {}): Promise<TsShare> {
    const { role = "writer", store = this.store, sync, requireTicket = false, type } = options;
    const shared = SHARED_TYPES[name];
    const def = shared.declare(
      store,
      { ...(sync && { sync }), ...(requireTicket && { requireTicket: HS256.validator() }) },
      type,
    );
    const handle = role === "writer" ? def.writer(this.network) : def.reader(this.network);
    return Promise.resolve(new TsShare(handle, shared));
  }

  getTicket(): Promise<void> {
    this.network.discovery.addTicket(HS256.ticketFor(this.network));
    return Promise.resolve();
  }
}

export class RustPartner implements Peer {
  readonly language = "rust";
  readonly id: string;
  readonly addr: PeerAddr;

  constructor(
    readonly node: RustNode,
    private readonly store: string,
  ) {
    this.id = node.id;
    this.addr = node.addr;
  }

  meet(addr: PeerAddr): Promise<void> {
    return this.node.syncWith(addr);
  }

  async open(name: RustCollectionType, options: OpenOptions = {}): Promise<RustShare> {
    const { role = "writer", store = this.store, sync, requireTicket = false } = options;
    const requireTickets = requireTicket ? [HS256.rustValidator] : [];
    return new RustShare(await this.node.openCollection(name, { role, store, requireTickets, ...(sync && { sync }) }));
  }

  async getTicket(): Promise<void> {
    await this.node.addTicket(await this.node.issueTicket({ ...HS256.issue, expiresInMs: 3_600_000 }));
  }
}

/** Nodes of both languages that know each other, and share collections of one name. */
export class Party {
  readonly peers: (TsPeer | RustPartner)[] = [];

  constructor(
    readonly languages: Languages,
    private readonly name: string,
  ) {}

  /** A node that knows the others. */
  async join(language: Language): Promise<TsPeer | RustPartner> {
    const peer = language === "ts" ? await this.#ts() : await this.#rust();
    for (const { addr } of this.peers) await peer.meet(addr);
    this.peers.push(peer);
    return peer;
  }

  async #ts(): Promise<TsPeer> {
    return new TsPeer(await this.languages.ts(this.name), this.name);
  }

  async #rust(): Promise<RustPartner> {
    return new RustPartner(
      await this.languages.rustNode(this.name, `${this.name}, node ${this.peers.length}`),
      this.name,
    );
  }
}

/** Waits until all have what the furthest of them has, and gives it; fails if they have not the same. */
export async function agreed(...shares: readonly Share[]): Promise<readonly unknown[]> {
  const versions = await Promise.all(shares.map(async (share) => (await share.state()).version));
  for (const share of shares) {
    await within(
      SOON_MS,
      share.reaches(Math.max(...versions)),
      `version ${Math.max(...versions)} in ${share.language}`,
    );
  }
  const [first, ...others] = await Promise.all(shares.map((share) => share.entries()));
  for (const [i, other] of others.entries()) {
    if (isDeepStrictEqual(other, first)) continue;
    const at = first!.findIndex((entry, place) => !isDeepStrictEqual(entry, other[place]));
    const [theirs, ours] = [other, first!].map((entries) => JSON.stringify(entries.slice(at, at + 5)));
    throw new Error(
      `not the same: ${first!.length} entries in ${shares[0]!.language}, ${other.length} in ${shares[i + 1]!.language}; ` +
        `from ${at} on ${ours} and ${theirs}`,
    );
  }
  return first!;
}
