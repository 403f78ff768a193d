import { t, type Codec } from "@mosaik/postcard";
import { defaultDiscoveryConfig, Discovery, type DiscoveryConfig } from "../../../src/discovery/index.js";
import { Bonds } from "../../../src/groups/bonds/bonds.js";
import { DialPlaces } from "../../../src/groups/bonds/dial-places.js";
import { receiveHandshakeStart } from "../../../src/groups/bonds/handshake.js";
import { proofOn } from "../../../src/groups/bonds/proof.js";
import { consensusConfig, type ConsensusOptions } from "../../../src/groups/config.js";
import { GroupKey } from "../../../src/groups/key.js";
import {
  bondMessageCodec,
  handshakeEndCodec,
  handshakeStartCodec,
  type BondMessage,
  type GroupMessage,
  type HandshakeEnd,
  type HandshakeStart,
} from "../../../src/groups/protocol.js";
import { Metrics } from "../../../src/metrics/index.js";
import { ALPN, CLOSE, LocalNode, Router, type Link } from "../../../src/network/index.js";
import { Digest, type DigestLike, type PeerId } from "../../../src/primitives/index.js";
import type { Simulator } from "../../../src/testing/index.js";
import type { TicketValidator } from "../../../src/tickets/index.js";

export const GROUP = Digest.from("the group");
export const KEY = GroupKey.fromSecret("the key");
const HANDSHAKE_TIMEOUT_MS = 2000;
const FRAME_LIMIT_BYTES = 80 * 1024 * 1024;

/** What a group's holder is told of its bonds, in order. */
export interface Told {
  readonly kind: "bonded" | "unbonded" | "message" | "refused" | "mesh";
  readonly peer?: PeerId;
  readonly message?: GroupMessage<number>;
  readonly code?: number;
  readonly by?: "us" | "peer";
  readonly reason?: string;
  readonly isComplete?: boolean;
}

export interface JoinOptions {
  readonly key?: GroupKey;
  readonly tickets?: readonly TicketValidator[];
  readonly consensus?: ConsensusOptions;
  /** Whether our entry says that we are a member. Default: true. */
  readonly isAdvertised?: boolean;
  /** Default: numbers. */
  readonly syncMessage?: Codec<number>;
}

/** A node with a catalog that takes handshakes as the room's gateway does. */
export class BondNode {
  readonly name: string;
  readonly local: LocalNode;
  readonly discovery: Discovery;
  readonly told: Told[] = [];
  bonds: Bonds<number> | undefined;
  readonly #dialPlaces = new DialPlaces();
  /** Called for each message, after it was noted. */
  onMessage: (() => void) | undefined;
  /** Meets who knocks instead of `bonds`, and may refuse before that. */
  serve: ((link: Link) => Promise<void> | void) | undefined;

  private constructor(name: string, local: LocalNode, discovery: Discovery, router: Router) {
    this.name = name;
    this.local = local;
    this.discovery = discovery;
    router.handle(ALPN.groups, 256, async (connection) => {
      const link = await local.acceptLink(connection);
      if (this.serve !== undefined) {
        await this.serve(link);
        return void (await link.closed);
      }
      if (discovery.catalog.getSigned(link.peer) === undefined) return link.close(CLOSE.unknownPeer);
      const start = await receiveHandshakeStart(local, link, HANDSHAKE_TIMEOUT_MS);
      if (start.network !== local.networkId) return link.close(CLOSE.differentNetwork);
      if (start.group !== GROUP || this.bonds === undefined) return link.close(CLOSE.groupNotFound);
      await this.bonds.accept(link, start);
    });
    discovery.start();
    void router.run();
  }

  static async start(
    sim: Simulator,
    name: string,
    {
      secret = name,
      network = "test",
      ...config
    }: Partial<DiscoveryConfig> & { secret?: DigestLike; network?: string } = {},
  ): Promise<BondNode> {
    const runtime = sim.runtime(name);
    const secretKey = Digest.from(secret).bytes;
    const alpns = [ALPN.announce, ALPN.sync, ALPN.ping, ALPN.groups];
    const endpoint = await sim.within(1000, runtime.transport.bind({ secretKey, alpns }));
    const local = new LocalNode({
      runtime,
      metrics: new Metrics(),
      networkId: Digest.from(network),
      secretKey,
      endpoint,
      frameLimitBytes: FRAME_LIMIT_BYTES,
    });
    const router = new Router(local);
    const discovery = new Discovery(local, router, "0.4.2", { ...defaultDiscoveryConfig, ...config });
    return new BondNode(name, local, discovery, router);
  }

  get id(): PeerId {
    return this.local.id;
  }

  /** Becomes a member. */
  join({ key = KEY, tickets = [], consensus = {}, isAdvertised = true, syncMessage = t.u32 }: JoinOptions = {}): void {
    if (isAdvertised) this.discovery.updateLocal((entry, nowMs) => entry.withAdded("groups", [GROUP], nowMs));
    this.bonds = new Bonds<number>({
      node: this.local,
      discovery: this.discovery,
      groupId: GROUP,
      key,
      consensus: consensusConfig(consensus),
      tickets,
      syncMessage,
      handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
      dialPlaces: this.#dialPlaces,
      frameLimitBytes: FRAME_LIMIT_BYTES,
      onBonded: (peer) => this.told.push({ kind: "bonded", peer }),
      onUnbonded: (peer, reason) => this.told.push({ kind: "unbonded", peer, reason }),
      checkCommand: () => {},
      onMessage: (peer, message) => {
        this.told.push({ kind: "message", peer, message });
        this.onMessage?.();
      },
      onRefused: (peer, code, by) => this.told.push({ kind: "refused", peer, code, by }),
      onMesh: (isComplete) => this.told.push({ kind: "mesh", isComplete }),
    });
  }

  isBondedWith(other: { readonly id: PeerId }): boolean {
    return this.bonds?.peers().includes(other.id) === true;
  }

  toldOf(kind: Told["kind"]): Told[] {
    return this.told.filter((told) => told.kind === kind);
  }

  /** The numbers that came as messages of the state sync. */
  get numbers(): number[] {
    return this.told.flatMap(({ message }) => (message?.kind === "stateSync" ? [message.message] : []));
  }

  metric(name: string): number {
    const samples = this.local.metrics.samples().filter((sample) => sample.name === name);
    return samples.reduce((sum, { value }) => sum + value, 0);
  }
}

/** What nodes tell each other in these tests. */
export function numbered(message: number): GroupMessage<number> {
  return { kind: "stateSync", message };
}

export function areBonded(...nodes: readonly BondNode[]): boolean {
  return nodes.every((one) => nodes.every((other) => one === other || one.isBondedWith(other)));
}

/** Nodes that know each other, and nobody else. */
export async function acquainted(sim: Simulator, ...names: readonly string[]): Promise<BondNode[]> {
  const nodes: BondNode[] = [];
  for (const name of names) nodes.push(await BondNode.start(sim, name));
  for (const one of nodes.slice(1)) {
    await sim.within(5000, one.discovery.syncWith(nodes[0]!.local.address()), `${one.name} to sync`);
  }
  const isKnown = (one: BondNode): boolean => one.discovery.catalog.signedPeersCount() === nodes.length - 1;
  await sim.until(() => nodes.every(isKnown), { what: "all nodes to know each other" });
  return nodes;
}

const codec = bondMessageCodec(t.u32);

/** The other side of a bond, played by hand. */
export class HandPlayed {
  readonly link: Link;
  readonly node: BondNode;

  constructor(node: BondNode, link: Link) {
    this.node = node;
    this.link = link;
  }

  /** Dials a member and says the first words, which may be wrong. */
  static async dial(from: BondNode, to: BondNode, change: Partial<HandshakeStart> = {}): Promise<HandPlayed> {
    const link = await from.local.open(to.id, ALPN.groups);
    const proof = proofOn(link.connection, GROUP, KEY, from.id);
    const start = { network: from.local.networkId, group: GROUP, proof, bonds: [], ...change };
    await link.send(handshakeStartCodec, start);
    return new HandPlayed(from, link);
  }

  end(): Promise<HandshakeEnd> {
    return this.link.recv(handshakeEndCodec);
  }

  send(message: BondMessage<number>): Promise<void> {
    return this.link.send(codec, message);
  }

  recv(): Promise<BondMessage<number>> {
    return this.link.recv(codec);
  }

  /** The code that the peer closed with. */
  async closeCode(): Promise<number | undefined> {
    const info = await this.link.closed;
    return info.by === "peer" ? info.code : undefined;
  }
}
