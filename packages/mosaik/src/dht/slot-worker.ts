import type { Metrics } from "../metrics/index.js";
import type { EndpointAddress } from "../network/index.js";
import type { NetworkId } from "../primitives/index.js";
import { atMost, type CancelTimer, type Runtime } from "../runtime/index.js";
import type { DhtClient } from "./client.js";
import type { LookupResult } from "./lookup.js";
import { signPacket, type SignedPacket } from "./signed-packet.js";
import { planWrites, type SlotView, type SlotWrite } from "./slot-plan.js";
import { decodeSlotRecord, encodeSlotRecord } from "./slot-record.js";
import { slotSeeds } from "./slots.js";

/** How often the slots are looked at, in ms: without neighbours or after a publication, and else. A third more at random. */
const LONELY_INTERVAL_MS = 5000;
const INTERVAL_MS = 60_000;
/** The first pause, in ms; each is twice the one before, up to the interval: nodes often start together and see each other's records then. */
const FIRST_INTERVAL_MS = 1000;
/** After a write that others forestalled: so long and as much more at random, in ms. */
const CONTESTED_DELAY_MS = 500;
/** Peers of one slot that are asked while its lookup goes on: whoever knows the network can keep many records there. */
const EARLY_PINGS_MAX = 2;
/** How long leaving may take, in ms. */
const WITHDRAW_WITHIN_MS = 500;

export interface SlotWorkerOptions {
  readonly runtime: Runtime;
  readonly metrics: Metrics;
  readonly client: Pick<DhtClient, "get" | "put">;
  readonly network: NetworkId;
  /** Where this node can be reached now; it takes no slot while that is nowhere. */
  readonly self: () => EndpointAddress;
  /** Asks a peer that a slot names whether it is there; takes it in if it is. Never rejects. */
  readonly ping: (address: EndpointAddress) => Promise<boolean>;
  /** How many neighbours gossip has. */
  readonly neighborCount: () => number;
}

interface Slot {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  found: LookupResult | undefined;
}

/** Finds the members of a network in its slots of the DHT, and keeps this node in one of them (spec 02 §13, 03 §B.5). */
export class SlotWorker {
  readonly #options: SlotWorkerOptions;
  readonly #slots: readonly Slot[];
  #publishedAtMs = -Infinity;
  /** Where this node wrote its record last, and its number. */
  #published: { readonly slot: number; readonly seq: bigint } | undefined;
  #cancelTimer: CancelTimer | undefined;
  #lonelyMs = FIRST_INTERVAL_MS;
  #isClosed = false;

  constructor(options: SlotWorkerOptions) {
    const { runtime, network } = options;
    this.#options = options;
    this.#slots = slotSeeds(network).map((seed) => ({ seed, publicKey: runtime.publicKey(seed), found: undefined }));
  }

  /** Looks at the slots now, and again and again until `close`. */
  start(): void {
    void this.#round();
  }

  /** Gives this node's slot free for others, and ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    if (this.#published === undefined) return;
    const { slot, seq } = this.#published;
    const withdrawal = this.#write({ kind: "withdraw", slot, seq: seq + 1n, cas: seq });
    await atMost(this.#options.runtime, WITHDRAW_WITHIN_MS, withdrawal);
  }

  async #round(): Promise<void> {
    const { runtime, neighborCount } = this.#options;
    const outcome = await this.#scanAndWrite().catch((error: unknown) => {
      runtime.report(error, "looking for peers in the DHT");
      return "read" as const;
    });
    if (this.#isClosed) return;
    // A record that was just written may be gone: two nodes that take an empty slot at once are told that they have it, and one has not.
    const baseMs = neighborCount() === 0 || outcome === "published" ? this.#lonelyMs : INTERVAL_MS;
    this.#lonelyMs = Math.min(LONELY_INTERVAL_MS, 2 * this.#lonelyMs);
    const unit = runtime.random.unit();
    const delayMs = outcome === "contested" ? CONTESTED_DELAY_MS * (1 + unit) : baseMs * (1 + unit / 3);
    this.#cancelTimer = runtime.after(delayMs, () => this.start());
  }

  /** @returns `contested` where others were faster, and what is there is to be looked at again */
  async #scanAndWrite(): Promise<"read" | "published" | "contested"> {
    const { runtime } = this.#options;
    const views = await Promise.all(this.#slots.map((slot) => this.#look(slot)));
    this.#count(views);
    if (this.#isClosed || this.#options.self().addrs.length === 0) return "read";
    this.#checkPublished(views);
    const nowUs = BigInt(Math.floor(runtime.wallMs() * 1000));
    const sincePublishedMs = runtime.monoMs() - this.#publishedAtMs;
    let isContested = false;
    let isPublished = false;
    for (const write of planWrites({ views, nowUs, sincePublishedMs, random: runtime.random })) {
      const outcome = await this.#write(write);
      if (outcome?.kind === "notMostRecent") isContested = true;
      if (outcome?.kind !== "stored" || write.kind !== "publish") continue;
      this.#publishedAtMs = runtime.monoMs();
      this.#published = write;
      isPublished = true;
    }
    if (isContested) return "contested";
    return isPublished ? "published" : "read";
  }

  async #look(slot: Slot): Promise<SlotView> {
    const { client, self, ping } = this.#options;
    const asked = new Map<SignedPacket, Promise<boolean>>();
    // Its peer may be found seconds before the last node of the DHT has answered, or turned out to be gone.
    const onPacket = (packet: SignedPacket): void => {
      const address = this.#addressIn(slot, packet);
      if (address === undefined || address.id === self().id || asked.size >= EARLY_PINGS_MAX) return;
      asked.set(packet, ping(address));
    };
    const found = (slot.found = await client.get(slot.publicKey, onPacket));
    const { packet } = found;
    if (packet === undefined) return { kind: found.answers === 0 ? "unknown" : "empty" };
    const { seq } = packet;
    const address = this.#addressIn(slot, packet);
    if (address === undefined) return { kind: "empty", seq };
    if (address.id === self().id) return { kind: "mine", seq, isCurrent: this.#isCurrent(slot, packet.value) };
    return { kind: "peer", seq, isAlive: await (asked.get(packet) ?? ping(address)) };
  }

  #addressIn({ publicKey }: Slot, { value }: SignedPacket): EndpointAddress | undefined {
    return decodeSlotRecord(publicKey, value, (bytes) => this.#options.runtime.isPublicKey(bytes));
  }

  #count(views: readonly SlotView[]): void {
    const { metrics } = this.#options;
    metrics.counter("mosaik.discovery.dht.scans").add();
    for (const kind of ["unknown", "empty", "mine", "peer"] as const) {
      metrics.gauge("mosaik.discovery.dht.slots", { kind }).set(views.filter((view) => view.kind === kind).length);
    }
  }

  #isCurrent({ publicKey }: Slot, value: Uint8Array): boolean {
    const meant = encodeSlotRecord(publicKey, this.#options.self());
    const texts = [value, meant].map((message) => {
      const address = decodeSlotRecord(publicKey, message, () => true);
      return JSON.stringify(address?.addrs);
    });
    return texts[0] === texts[1];
  }

  /** A record of ours that another has replaced does not count: this node is in no slot. */
  #checkPublished(views: readonly SlotView[]): void {
    if (this.#published === undefined) return;
    const view = views[this.#published.slot]!;
    if (view.kind === "mine" || view.kind === "unknown") return;
    this.#published = undefined;
    this.#publishedAtMs = -Infinity;
  }

  async #write({ kind, slot: index, seq, cas }: SlotWrite): Promise<Awaited<ReturnType<DhtClient["put"]>> | undefined> {
    const { runtime, metrics, client, self } = this.#options;
    const { seed, publicKey, found } = this.#slots[index]!;
    if (found === undefined) return undefined;
    const value = kind === "publish" ? encodeSlotRecord(publicKey, self()) : NOBODY;
    const outcome = await client.put(signPacket(runtime, seed, seq, value), found, cas);
    metrics.counter("mosaik.discovery.dht.writes", { kind, outcome: outcome.kind }).add();
    return outcome;
  }
}

/** A DNS message without answers: Rust takes a slot that has it for empty. */
const NOBODY = Uint8Array.of(0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0);
