import { equalBytes } from "../primitives/index.js";
import { parseHostPort, type Runtime, type SocketAddress, type Udp } from "../runtime/index.js";
import { isIpv4 } from "./ip.js";
import { KnownNodes } from "./known-nodes.js";
import type { DhtNode, KrpcQuery } from "./krpc.js";
import { Lookup, NEAREST, type LookupResult } from "./lookup.js";
import { Requests } from "./requests.js";
import { signPacket, targetOf, verifyPacket, type SignedPacket } from "./signed-packet.js";
import { Store, type StoreOutcome } from "./store.js";

/** Where the Mainline DHT is entered, as Rust does. */
export const DEFAULT_ROUTERS: readonly string[] = [
  "router.bittorrent.com:6881",
  "dht.transmissionbt.com:6881",
  "dht.libtorrent.org:25401",
  "relay.pkarr.org:6881",
];

export interface DhtOptions {
  /** Nodes to begin with, `host:port` or `[v6]:port`. Default: the public ones of the Mainline DHT. */
  readonly routers?: readonly string[];
  /** The UDP port; another where it is taken. Default: 6881. */
  readonly port?: number;
  /** Address families. Default: IPv4, as Rust. */
  readonly families?: readonly (4 | 6)[];
  /** How long a node may take to answer, in ms. Default: 5000. */
  readonly requestTimeoutMs?: number;
}

type ClientRuntime = Pick<Runtime, "after" | "random" | "sign" | "publicKey" | "verify" | "udp">;

/** A client of the Mainline DHT that reads and writes signed items (BEP 5, BEP 44), and serves nobody (BEP 43). */
export class DhtClient {
  readonly #runtime: ClientRuntime;
  readonly #udp: Udp;
  readonly #requests: Requests;
  readonly #routers: readonly SocketAddress[];
  readonly #known = new KnownNodes();

  /** @throws TypeError for a router that cannot be read; Error where no socket can be bound */
  static async open(runtime: ClientRuntime, options: DhtOptions = {}): Promise<DhtClient> {
    const { udp } = runtime;
    if (udp === undefined) throw new Error("there are no datagrams in this world");
    const routers = (options.routers ?? DEFAULT_ROUTERS).map(parseHostPort);
    const timeoutMs = options.requestTimeoutMs ?? 5000;
    const families = options.families ?? [4];
    const open = (port: number): Promise<Requests> => Requests.open(udp, families, port, { runtime, timeoutMs });
    const port = options.port ?? 6881;
    const requests = await open(port).catch((error: unknown) => {
      if (port === 0) throw error;
      return open(0);
    });
    return new DhtClient(runtime, udp, requests, routers);
  }

  private constructor(runtime: ClientRuntime, udp: Udp, requests: Requests, routers: readonly SocketAddress[]) {
    this.#runtime = runtime;
    this.#udp = udp;
    this.#requests = requests;
    this.#routers = routers;
  }

  /**
   * The newest item of a key that the nodes nearest to it hold. Never rejects; without any answer nothing is known.
   *
   * @param publicKey Ed25519, 32 bytes
   */
  async get(publicKey: Uint8Array): Promise<LookupResult> {
    const target = targetOf(publicKey);
    const isGenuine = (packet: SignedPacket): boolean =>
      equalBytes(packet.publicKey, publicKey) && verifyPacket(this.#runtime, packet);
    const lookup = new Lookup(target, await this.#start(target), isGenuine);
    await new Promise<void>((resolve) => this.#goOn(lookup, target, resolve));
    return lookup.result();
  }

  /**
   * Stores an item on the nodes nearest to it. Never rejects.
   *
   * @param found what `get` of the key gave, not long ago
   * @param cas the sequence number that is to be stored there now (BEP 44); without it any smaller one may be
   */
  async put(packet: SignedPacket, found: LookupResult, cas?: bigint): Promise<StoreOutcome> {
    const store = new Store(found.responders);
    await Promise.all(
      found.responders.map(async ({ node, token }) =>
        store.replied(await this.#requests.ask(node, { kind: "put", token, packet, cas })),
      ),
    );
    return store.outcome();
  }

  /**
   * An item to store.
   *
   * @param secretKey the Ed25519 seed of the key that it is stored under, 32 bytes
   * @param seq its number, 0 to 2^63-1: microseconds since the Unix epoch, by custom
   * @param value a DNS message by custom (pkarr)
   * @throws RangeError for more than 1000 bytes, or a number out of range
   */
  sign(secretKey: Uint8Array, seq: bigint, value: Uint8Array): SignedPacket {
    return signPacket(this.#runtime, secretKey, seq, value);
  }

  /** What is under way ends without result. */
  close(): void {
    this.#requests.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The known nodes that are nearest; where they are few, those that the routers know, and the routers themselves. */
  async #start(target: Uint8Array): Promise<DhtNode[]> {
    const known = this.#known.nearest(target, NEAREST);
    if (known.length >= Math.max(1, this.#routers.length)) return known;
    const asked = await Promise.all(this.#routers.map((router) => this.#askRouter(router, target)));
    return [...known, ...asked.flat()];
  }

  async #askRouter(router: SocketAddress, target: Uint8Array): Promise<DhtNode[]> {
    const addresses = await Promise.all(this.#requests.families.map((family) => this.#addressesOf(router, family)));
    const found = addresses.flat().map(async (address) => {
      const reply = await this.#requests.ask(address, this.#query(target, "findNode"));
      return reply?.kind === "response" ? [{ ...address, id: reply.id }, ...reply.nodes] : [];
    });
    return (await Promise.all(found)).flat();
  }

  async #addressesOf({ host, port }: SocketAddress, family: 4 | 6): Promise<SocketAddress[]> {
    const isAddress = /^[\d.]+$/.test(host) || host.includes(":");
    if (isAddress) return isIpv4(host) === (family === 4) ? [{ host, port }] : [];
    return (await this.#udp.resolve(host, family)).map((address) => ({ host: address, port }));
  }

  #goOn(lookup: Lookup, target: Uint8Array, done: () => void): void {
    for (const node of lookup.next()) {
      void this.#requests.ask(node, this.#query(target, "get")).then((reply) => {
        if (reply === undefined) {
          this.#known.failed(node);
          lookup.failed(node);
        } else {
          this.#known.heard(node);
          lookup.replied(node, reply);
        }
        this.#goOn(lookup, target, done);
      });
    }
    if (lookup.isDone) done();
  }

  #query(target: Uint8Array, kind: "get" | "findNode"): KrpcQuery {
    return { kind, target, wantsBoth: this.#requests.families.length > 1 };
  }
}
