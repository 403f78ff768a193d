import { type Connection, type EndpointAddr, TransportError, type TransportErrorCode } from "@mosaik/iroh/transport";
import { type ConnectionSide, MemoryConnection } from "./memory-connection.js";
import { closedError } from "./memory-send-stream.js";
import { MemoryFrame, MemoryWire } from "./memory-wire.js";
import type { MemoryPath } from "./memory-path.js";
import type { SeededRandom } from "./seeded-random.js";
import { HostEvent, type SimulatedHost } from "./simulated-host.js";

/** How an endpoint meets a dial. */
export type DialPolicy =
  | "accept"
  /** Answers that it does not want it. */
  | "refuse"
  /** Does not answer. */
  | "ignore";

/** An endpoint as a handshake sees it. */
export interface HandshakeParty {
  readonly id: string;
  readonly host: SimulatedHost;
  readonly alpns: readonly string[];
  readonly receiveWindowBytes: number;
  readonly sendWindowBytes: number;
  readonly incomingStreamsMax: number;
  readonly idleTimeoutMs: number;
  readonly isClosed: boolean;
  readonly dialPolicy: DialPolicy;
  addr(): EndpointAddr;
  /** A connection exists from now on, though the handshake may not be done. */
  adopt(connection: MemoryConnection): void;
  /** Its state is gone. */
  release(connection: MemoryConnection): void;
  /** The handshake of a connection that a peer dialled is done. */
  admit(connection: MemoryConnection): void;
}

/** The ways between two parties and what tells their connection from all others. */
export interface HandshakeGround {
  readonly there: MemoryPath;
  readonly back: MemoryPath;
  readonly ordinal: number;
  readonly random: SeededRandom;
}

/** How long QUIC waits for the answer to the first packet before it repeats it, in microseconds; each time twice as long. */
const firstRepeatUs = 1_000_000;

/** A dial as its caller sees it: settles exactly once. */
export class Dial {
  readonly connection: Promise<Connection>;
  /** The dialler's side of a connection that half exists. */
  near: MemoryConnection | undefined;
  #isSettled = false;
  #isAbandoned = false;
  #resolve!: (connection: Connection) => void;
  #reject!: (error: TransportError) => void;

  constructor() {
    this.connection = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** The connection stands. @returns whether the caller still wants it and it is still open; otherwise it is closed */
  succeed(near: MemoryConnection): boolean {
    if (this.#isAbandoned) {
      near.die();
      return false;
    }
    const closeInfo = near.closeInfo();
    const isWanted = !this.#isSettled && closeInfo === undefined;
    if (isWanted) this.#resolve(near);
    else if (closeInfo !== undefined) this.#reject(closedError(closeInfo));
    else near.close(0, "");
    this.#isSettled = true;
    return isWanted;
  }

  /** Whoever dialled is dead: what comes of it, nobody hears. */
  abandon(): void {
    this.#isSettled = true;
    this.#isAbandoned = true;
  }

  /** Gives up: the dial fails with this code, and a connection that half exists is closed. */
  fail(code: TransportErrorCode, message: string): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#reject(new TransportError(code, message));
    this.near?.close(0, "");
  }
}

/**
 * A dial that reaches somebody: hello, answer, and the dialler's last word, upon which the acceptor sees the connection: one and
 * a half round trips.
 */
export class Handshake {
  readonly #dial: Dial;
  readonly #dialler: HandshakeParty;
  readonly #acceptor: HandshakeParty;
  readonly #offered: readonly string[];
  readonly #random: SeededRandom;
  readonly #there: MemoryWire;
  readonly #back: MemoryWire;

  constructor(
    dial: Dial,
    dialler: HandshakeParty,
    acceptor: HandshakeParty,
    offered: readonly string[],
    { there, back, ordinal, random }: HandshakeGround,
  ) {
    this.#dial = dial;
    this.#dialler = dialler;
    this.#acceptor = acceptor;
    this.#offered = offered;
    this.#random = random;
    this.#there = new MemoryWire(there, 2 * ordinal, dialler.sendWindowBytes);
    this.#back = new MemoryWire(back, 2 * ordinal + 1, acceptor.sendWindowBytes);
  }

  begin(): void {
    this.#there.send(new Step(this.#there, this.#dial, () => this.#hello()));
  }

  /** At the acceptor. */
  #hello(): void {
    const acceptor = this.#acceptor;
    if (acceptor.isClosed || acceptor.dialPolicy === "ignore") return;
    if (acceptor.dialPolicy === "refuse") {
      this.#answer(() => this.#dial.fail("unreachable", "the peer refused the connection"));
      return;
    }
    const alpn = acceptor.alpns.find((candidate) => this.#offered.includes(candidate));
    if (alpn === undefined) {
      this.#answer(() => this.#dial.fail("alpnRefused", `the peer serves none of ${this.#offered.join(", ")}`));
      return;
    }
    const [near, far] = this.#makePair(alpn);
    this.#dial.near = near;
    this.#answer(() => this.#answered(near, far));
  }

  #answer(deliver: () => void): void {
    this.#back.send(new Step(this.#back, this.#dial, deliver));
  }

  /** At the dialler. */
  #answered(near: MemoryConnection, far: MemoryConnection): void {
    if (this.#dial.succeed(near)) this.#there.send(new Step(this.#there, undefined, () => this.#finished(far)));
  }

  /** At the acceptor. */
  #finished(far: MemoryConnection): void {
    if (far.closeInfo() === undefined) this.#acceptor.admit(far);
  }

  #makePair(alpn: string): [near: MemoryConnection, far: MemoryConnection] {
    const dialler = this.#dialler;
    const acceptor = this.#acceptor;
    const secret = this.#random.bytes(32);
    const idleTimeoutMs = Math.min(dialler.idleTimeoutMs, acceptor.idleTimeoutMs);
    const make = (
      own: HandshakeParty,
      other: HandshakeParty,
      side: ConnectionSide["side"],
      wire: MemoryWire,
    ): MemoryConnection => {
      const connection = new MemoryConnection({
        remoteId: other.id,
        remoteAddr: () => other.addr().directAddrs[0]!,
        alpn,
        side,
        wire,
        secret,
        receiveWindowBytes: own.receiveWindowBytes,
        outgoingStreamsMax: other.incomingStreamsMax,
        idleTimeoutMs,
        onEnded: (ended) => own.release(ended),
      });
      own.adopt(connection);
      return connection;
    };
    const near = make(dialler, acceptor, "dialler", this.#there);
    const far = make(acceptor, dialler, "acceptor", this.#back);
    near.peer = far;
    far.peer = near;
    return [near, far];
  }
}

/** One message of a handshake. */
class Step extends MemoryFrame {
  declare private readonly dial: Dial | undefined;
  declare private readonly take: () => void;
  #repeatUs = firstRepeatUs;

  /** @param dial which this decides; `undefined` for the last word of one that is decided */
  constructor(wire: MemoryWire, dial: Dial | undefined, take: () => void) {
    super(wire);
    this.dial = dial;
    this.take = take;
  }

  /** Nothing is known of the path before there is a connection: it is tried less and less often, for as long as the dial is wanted. */
  protected override meetCut(): void {
    if (this.dial === undefined) return super.meetCut();
    if (this.dial.isSettled) return;
    this.resend(this.#repeatUs);
    this.#repeatUs *= 2;
  }

  protected deliver(): void {
    this.take();
  }
}

/** Runs when a dial was not answered in time. */
export class DialTimeout extends HostEvent {
  #giveUp: (() => void) | undefined;

  constructor(host: SimulatedHost, giveUp: () => void) {
    super(host);
    this.#giveUp = giveUp;
  }

  override release(): void {
    this.#giveUp = undefined;
  }

  protected override get isTimer(): boolean {
    return true;
  }

  protected perform(): void {
    this.#giveUp?.();
  }
}
