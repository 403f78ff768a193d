import { equalBytes } from "../primitives/index.js";
import { parseHostPort, type Runtime } from "../runtime/index.js";
import type { LookupResult } from "./lookup.js";
import { mergeResults, Overlay } from "./overlay.js";
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
  /** Address families, each a DHT of its own (BEP 32): what is stored goes to both. Default: IPv4, as Rust. */
  readonly families?: readonly (4 | 6)[];
  /** How long a node may take to answer, in ms. Default: 5000. */
  readonly requestTimeoutMs?: number;
}

type ClientRuntime = Pick<Runtime, "after" | "random" | "sign" | "publicKey" | "verify" | "udp" | "report">;

/** A client of the Mainline DHT that reads and writes signed items (BEP 5, BEP 44), and serves nobody (BEP 43). */
export class DhtClient {
  readonly #runtime: ClientRuntime;
  readonly #requests: Requests;
  readonly #overlays: readonly Overlay[];

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
    const overlays = requests.families.map((family) => new Overlay({ family, udp, requests, routers }));
    return new DhtClient(runtime, requests, overlays);
  }

  private constructor(runtime: ClientRuntime, requests: Requests, overlays: readonly Overlay[]) {
    this.#runtime = runtime;
    this.#requests = requests;
    this.#overlays = overlays;
  }

  /**
   * The newest item of a key that the nodes nearest to it hold. Never rejects; without any answer nothing is known.
   *
   * @param publicKey Ed25519, 32 bytes
   * @param onPacket told of items as they come, of each address family only newer ones: nodes that are gone hold up the result
   */
  async get(publicKey: Uint8Array, onPacket: (packet: SignedPacket) => void = () => {}): Promise<LookupResult> {
    const target = targetOf(publicKey);
    const isGenuine = (packet: SignedPacket): boolean =>
      equalBytes(packet.publicKey, publicKey) && verifyPacket(this.#runtime, packet);
    const tell = (packet: SignedPacket): void => {
      try {
        onPacket(packet);
      } catch (error) {
        this.#runtime.report(error, "telling of an item of the DHT");
      }
    };
    return mergeResults(await Promise.all(this.#overlays.map((overlay) => overlay.lookup(target, isGenuine, tell))));
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
}
