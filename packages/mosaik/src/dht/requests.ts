import type { CancelTimer, Runtime, SocketAddress, Udp, UdpSocket } from "../runtime/index.js";
import { Bursts } from "./bursts.js";
import { addressKey, isIpv4 } from "./ip.js";
import { decodeAnswer, encodeQuery, KrpcError, TRANSACTION_BYTES, type KrpcQuery, type KrpcReply } from "./krpc.js";
import { NODE_ID_BYTES } from "./node-id.js";

/** Questions on their way at once; beyond that they fail at once. */
const PENDING_MAX = 4096;

interface Pending {
  readonly key: string;
  readonly settle: (reply: KrpcReply | undefined) => void;
  readonly cancelTimer: CancelTimer;
}

export interface RequestsOptions {
  readonly runtime: Pick<Runtime, "after" | "random">;
  readonly sockets: readonly UdpSocket[];
  /** How long a node may take to answer, in ms. */
  readonly timeoutMs: number;
}

/** Questions to nodes, and their answers: each belongs to the address that was asked, and comes in time or not at all. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #id: Uint8Array;
  readonly #pending = new Map<number, Pending>();
  readonly #bursts: Bursts;
  #lastTransaction: number;
  #isClosed = false;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#bursts = new Bursts(options.runtime);
    this.#id = options.runtime.random.bytes(NODE_ID_BYTES);
    this.#lastTransaction = options.runtime.random.u32();
  }

  /** Binds the sockets that there are of the families asked for, and hears on them. @throws Error of the first where there is none */
  static async open(
    udp: Udp,
    families: readonly (4 | 6)[],
    port: number,
    options: Omit<RequestsOptions, "sockets">,
  ): Promise<Requests> {
    const sockets: UdpSocket[] = [];
    const requests = new Requests({ ...options, sockets });
    const errors: unknown[] = [];
    for (const family of families) {
      try {
        sockets.push(await udp.bind(family, port, (datagram, from) => requests.receive(datagram, from)));
      } catch (error) {
        errors.push(error);
      }
    }
    if (sockets.length === 0) throw errors[0];
    return requests;
  }

  get families(): readonly (4 | 6)[] {
    return this.#options.sockets.map(({ family }) => family);
  }

  /** Asks a node. Never rejects: `undefined` where it did not answer, or cannot be asked. */
  ask(to: SocketAddress, query: KrpcQuery): Promise<KrpcReply | undefined> {
    const family = isIpv4(to.host) ? 4 : 6;
    const socket = this.#options.sockets.find((one) => one.family === family);
    if (socket === undefined || this.#isClosed || this.#pending.size >= PENDING_MAX) return Promise.resolve(undefined);
    const number = (this.#lastTransaction = (this.#lastTransaction + 1) >>> 0);
    const transaction = new Uint8Array(TRANSACTION_BYTES);
    new DataView(transaction.buffer).setUint32(0, number);
    return new Promise((resolve) => {
      const cancelTimer = this.#options.runtime.after(this.#options.timeoutMs, () => this.#settle(number, undefined));
      this.#pending.set(number, { key: addressKey(to), settle: resolve, cancelTimer });
      this.#bursts.add(() => socket.send(encodeQuery(this.#id, transaction, query), to));
    });
  }

  /** Takes a datagram. What is no answer to a question of ours, from whom was asked, counts for nothing. */
  receive(datagram: Uint8Array, from: SocketAddress): void {
    let answer;
    try {
      answer = decodeAnswer(datagram);
    } catch (error) {
      if (error instanceof KrpcError) return;
      throw error;
    }
    if (answer?.transaction.length !== TRANSACTION_BYTES) return;
    const { buffer, byteOffset } = answer.transaction;
    const number = new DataView(buffer, byteOffset).getUint32(0);
    if (this.#pending.get(number)?.key === addressKey(from)) this.#settle(number, answer.reply);
  }

  /** Every question that is open ends without an answer. */
  close(): void {
    this.#isClosed = true;
    this.#bursts.close();
    for (const socket of this.#options.sockets) socket.close();
    for (const number of [...this.#pending.keys()]) this.#settle(number, undefined);
  }

  #settle(number: number, reply: KrpcReply | undefined): void {
    const pending = this.#pending.get(number);
    if (pending === undefined) return;
    this.#pending.delete(number);
    pending.cancelTimer();
    pending.settle(reply);
  }
}
