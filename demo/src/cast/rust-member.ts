import type { JoinOptions, RustEvent, RustNode, RustPeer } from "@mosaik/interop";
import type { NodeAddress } from "../node/messages.js";
import { StartError, type Ended, type Member } from "./member.js";

/** The longest that a timer takes. */
const FOREVER_MS = 2 ** 31 - 1;
/** Signals that end a Rust process at once: from us, from outside, or from Ctrl-C, which reaches it directly. */
const DEADLY = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"];

/** A Rust node in a process of its own, with one sensor or viewer in it. */
export class RustMember implements Member {
  readonly language = "Rust";
  readonly pid = undefined;
  readonly joined: Promise<NodeAddress>;
  readonly ended: Promise<Ended>;
  readonly firstItem = undefined;
  readonly joinedAtMs = performance.now();
  end: Ended | undefined;
  #isStopping = false;
  #failure = "";

  constructor(
    readonly name: string,
    readonly role: "sensor" | "viewer",
    readonly node: RustNode,
    /** Its sensor or viewer. */
    readonly handle: string,
  ) {
    this.joined = Promise.resolve(node.addr);
    this.ended = this.#watch();
  }

  /** Starts a process and joins. Rust's own bootstrap works by gossip: the node knows nobody until it meets them. */
  static async start(
    { name, role }: { name: string; role: "sensor" | "viewer" },
    join: JoinOptions,
    begin: (node: RustNode) => Promise<string>,
  ): Promise<RustMember> {
    const { RustPeer } = await import("@mosaik/interop");
    const peer = await RustPeer.start();
    try {
      const node = await peer.join({ bind: ["127.0.0.1:0"], ...join });
      return new RustMember(name, role, node, await begin(node));
    } catch (error) {
      await peer.close();
      throw new StartError(name, (error as Error).message, "");
    }
  }

  get address(): NodeAddress {
    return this.node.addr;
  }

  get stderr(): string {
    return this.#failure + this.#peer.stderr;
  }

  get discovered(): ReadonlySet<string> {
    return new Set(this.#peer.events.of("peerDiscovered").map(({ peer }) => peer));
  }

  /** Swaps catalogs with other nodes, so that each side knows the other and what it streams. */
  async meet(others: readonly NodeAddress[]): Promise<void> {
    await Promise.all(others.map((other) => this.node.syncWith(other)));
  }

  /** What it has told so far. */
  readings(kind: "demoProduced" | "demoReceived"): Extract<RustEvent, { reading: unknown }>["reading"][] {
    return this.#peer.events.of(kind).map(({ reading }) => reading);
  }

  /** Whether it has received a sensor's reading of this number, at once or before the time was over. */
  async hasReceived(sensor: string, seq: number, timeoutMs: number): Promise<boolean> {
    const isIt = ({ reading }: { reading: { sensor: string; seq: number | string } }): boolean =>
      reading.sensor === sensor && Number(reading.seq) >= seq;
    return this.#peer.events.waitFor("demoReceived", isIt, { timeoutMs }).then(
      () => true,
      () => false,
    );
  }

  kill(): void {
    this.#peer.signal("SIGKILL");
  }

  /** The node stays until its process is closed, and with it what is on its way. */
  async drain(): Promise<void> {
    await this.node.drop(this.handle).catch(() => {}); // it has ended
  }

  async stop(): Promise<Ended> {
    this.#isStopping = true;
    await this.#peer.close();
    return this.ended;
  }

  get #peer(): RustPeer {
    return this.node.peer;
  }

  /** A wait for its failure ends with the process. */
  async #watch(): Promise<Ended> {
    const outcome = await this.#peer.events
      .waitFor("demoFailed", () => true, { timeoutMs: FOREVER_MS })
      .then(
        ({ error }) => error,
        (error: Error) => error,
      );
    const atMs = performance.now();
    if (typeof outcome === "string") {
      this.#failure = `${outcome}\n`;
      return (this.end = { ending: "failed", exitCode: null, signal: null, atMs });
    }
    const signal = DEADLY.find((name) => outcome.message.includes(`(${name})`)) ?? null;
    if (signal !== null) return (this.end = { ending: "killed", exitCode: null, signal, atMs });
    const exitCode = Number(/\((\d+)\)/.exec(outcome.message)?.[1] ?? 1);
    return (this.end = { ending: this.#isStopping ? "in order" : "failed", exitCode, signal: null, atMs });
  }
}
