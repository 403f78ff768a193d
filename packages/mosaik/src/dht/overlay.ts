import type { SocketAddress, Udp } from "../runtime/index.js";
import { isIpv4 } from "./ip.js";
import { KnownNodes } from "./known-nodes.js";
import type { DhtNode } from "./krpc.js";
import { Lookup, NEAREST, type LookupResult } from "./lookup.js";
import type { Requests } from "./requests.js";
import { compareAge, type SignedPacket } from "./signed-packet.js";

export interface OverlayOptions {
  readonly family: 4 | 6;
  readonly udp: Udp;
  readonly requests: Requests;
  /** Hosts to begin with. */
  readonly routers: readonly SocketAddress[];
}

/** A lookup on its way. */
interface Search {
  readonly target: Uint8Array;
  readonly lookup: Lookup;
  readonly onPacket: (packet: SignedPacket) => void;
  readonly end: () => void;
  /** Routers that have not answered yet: the lookup ends without them once it has all the answers that it wants. */
  routersPending: number;
  hasEnded: boolean;
}

/** The nodes of one address family: those of the other are another DHT with the same keys (BEP 32). */
export class Overlay {
  readonly #options: OverlayOptions;
  readonly #known = new KnownNodes();

  constructor(options: OverlayOptions) {
    this.#options = options;
  }

  /**
   * Finds the nodes that are nearest to a target, and the newest genuine item that they hold for it. Never rejects.
   *
   * @param onPacket told of each item that is newer than those before, as it comes
   */
  lookup(
    target: Uint8Array,
    isGenuine: (packet: SignedPacket) => boolean,
    onPacket: (packet: SignedPacket) => void,
  ): Promise<LookupResult> {
    const { routers } = this.#options;
    const known = this.#known.nearest(target, NEAREST);
    // Where few are known, the routers and those that they know are asked too.
    const entered = known.length < Math.max(1, routers.length) ? routers : [];
    const lookup = new Lookup(target, known, isGenuine);
    return new Promise((resolve) => {
      const end = (): void => resolve(lookup.result());
      const search: Search = { target, lookup, onPacket, end, routersPending: entered.length, hasEnded: false };
      for (const router of entered) void this.#enter(search, router);
      this.#goOn(search);
    });
  }

  async #enter(search: Search, router: SocketAddress): Promise<void> {
    search.lookup.learn(await this.#askRouter(router, search.target));
    search.routersPending--;
    this.#goOn(search);
  }

  async #askRouter(router: SocketAddress, target: Uint8Array): Promise<DhtNode[]> {
    const { requests } = this.#options;
    const found = (await this.#addressesOf(router)).map(async (address) => {
      const reply = await requests.ask(address, { kind: "findNode", target });
      return reply?.kind === "response" ? [{ ...address, id: reply.id }, ...this.#ofFamily(reply.nodes)] : [];
    });
    return (await Promise.all(found)).flat();
  }

  async #addressesOf({ host, port }: SocketAddress): Promise<SocketAddress[]> {
    const { udp, family } = this.#options;
    const isAddress = /^[\d.]+$/.test(host) || host.includes(":");
    if (isAddress) return isIpv4(host) === (family === 4) ? [{ host, port }] : [];
    return (await udp.resolve(host, family)).map((address) => ({ host: address, port }));
  }

  #goOn(search: Search): void {
    if (search.hasEnded) return;
    const { target, lookup, onPacket } = search;
    for (const node of lookup.next()) {
      void this.#options.requests.ask(node, { kind: "get", target }).then((reply) => {
        const before = lookup.packet;
        if (reply === undefined) {
          this.#known.failed(node);
          lookup.failed(node);
        } else {
          this.#known.heard(node);
          lookup.replied(node, reply.kind === "error" ? reply : { ...reply, nodes: this.#ofFamily(reply.nodes) });
        }
        if (lookup.packet !== undefined && lookup.packet !== before) onPacket(lookup.packet);
        this.#goOn(search);
      });
    }
    const needsNoRouter = search.routersPending === 0 || lookup.answers >= NEAREST;
    search.hasEnded = lookup.isDone && needsNoRouter;
    if (search.hasEnded) search.end();
  }

  #ofFamily(nodes: readonly DhtNode[]): DhtNode[] {
    return nodes.filter(({ host }) => isIpv4(host) === (this.#options.family === 4));
  }
}

/** What several lookups of one target found: the newest item, and all who can be given one. */
export function mergeResults(results: readonly LookupResult[]): LookupResult {
  const packets = results.flatMap(({ packet }) => (packet === undefined ? [] : [packet]));
  return {
    packet: packets.sort(compareAge).at(-1),
    responders: results.flatMap(({ responders }) => responders),
    answers: results.reduce((sum, { answers }) => sum + answers, 0),
  };
}
