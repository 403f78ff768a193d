import { abortReason, type PeerId } from "../../primitives/index.js";
import type { FullPolicy } from "./config.js";

/**
 * Datums that are decoded ahead of the program, where frames can wait. They are few, so that hardly any is there when the young objects
 * are collected: what survives costs more than what is garbage.
 */
const DECODED_AHEAD_MAX = 512;

/** Datums of one producer that arrived together. */
export interface Arrival<T> {
  readonly producer: PeerId;
  readonly datums: T[];
  /** The payload's length of each datum, in bytes. */
  readonly sizes: number[];
  /** Lets the producer send as much again; called once all of them were taken or given up. */
  release(): void;
}

/** Frames that arrived beyond the limit of datums, and wait to be decoded. */
export interface Backlog {
  /** Hands over as many datums as there is room for; whether that was the last. */
  refill(): boolean;
}

export interface InboxLimits {
  readonly whenFull: FullPolicy;
  readonly bufferItems: number;
  readonly bufferBytes: number;
}

/** A datum and who sent it. */
export interface Item<T> {
  readonly datum: T;
  readonly producer: PeerId;
}

interface Waiter {
  /** Takes what is there, or hears that nothing more will come. */
  readonly settle: () => void;
}

type Next<R> = IteratorResult<R, undefined> | Promise<IteratorResult<R, undefined>>;

/**
 * What a consumer has received and the program has not taken, never more than the limits. Taking is an array access: no promise is made
 * for a datum that is there.
 */
export class Inbox<T> {
  readonly #limits: InboxLimits;
  readonly #onDropped: (producer: PeerId, count: number) => void;
  readonly #aheadMax: number;
  #arrivals: Arrival<T>[] = [];
  #head = 0;
  /** The datums of the first arrival; none where nothing has arrived. */
  #taking: readonly T[] = [];
  /** The next of them. */
  #next = 0;
  /** Up to here they are counted as taken or given up: datums are counted together, not one by one. */
  #counted = 0;
  #items = 0;
  #itemBytes = 0;
  #isEnded = false;
  #backlogs: Backlog[] = [];
  #waiting: Waiter[] = [];
  #takenDatums = 0;
  #takenBytes = 0;

  /** @param onDropped told of datums that are given up because there is no room */
  constructor(limits: InboxLimits, onDropped: (producer: PeerId, count: number) => void) {
    this.#limits = limits;
    this.#onDropped = onDropped;
    this.#aheadMax = Math.min(limits.bufferItems, DECODED_AHEAD_MAX);
  }

  /** Datums taken so far. */
  get datums(): number {
    this.#count();
    return this.#takenDatums;
  }

  /** Bytes of the datums taken so far. */
  get bytes(): number {
    this.#count();
    return this.#takenBytes;
  }

  /** How many datums may be pushed; those beyond are to be held until a refill. */
  get room(): number {
    if (!this.holdsBack) return Infinity;
    return this.#backlogs.length > 0 ? 0 : this.#aheadMax - this.items;
  }

  /** Whether bytes that are here are to hold their producer back. */
  get holdsBack(): boolean {
    return this.#limits.whenFull === "pause";
  }

  get isEmpty(): boolean {
    return this.#next === this.#taking.length;
  }

  /** Datums that wait to be taken. */
  get items(): number {
    return this.#items - (this.#next - this.#counted);
  }

  push(arrival: Arrival<T>): void {
    this.#count();
    if (this.#limits.whenFull === "dropNewest" && !this.#trim(arrival)) return arrival.release();
    if (this.#arrivals.push(arrival) === this.#head + 1) this.#taking = arrival.datums;
    this.#items += arrival.datums.length;
    for (const size of arrival.sizes) this.#itemBytes += size;
    while (this.#waiting.length > 0 && !this.isEmpty) this.#waiting.shift()!.settle();
    if (this.#limits.whenFull === "dropOldest") this.#dropOldest();
  }

  /** Frames wait to be decoded: `backlog` is refilled, in its turn, as soon as there is room. */
  hold(backlog: Backlog): void {
    this.#backlogs.push(backlog);
  }

  /** No more will come: what is here can still be taken, then the iteration is done. */
  end(): void {
    this.#isEnded = true;
    for (const waiter of this.#waiting.splice(0)) waiter.settle();
  }

  /** The next datum; only when not empty. */
  take(): T {
    const datum = this.#taking[this.#next++]!;
    if (this.#next === this.#taking.length) this.#advance();
    return datum;
  }

  /** The next datum as `for await` wants it: a promise only if it has to wait. The datum of an aborted wait stays for the next. */
  next(signal?: AbortSignal): Next<T> {
    if (this.#next < this.#taking.length) return { value: this.take(), done: false };
    return this.#wait(() => this.take(), signal);
  }

  /** The next datum and its producer. */
  nextItem(signal?: AbortSignal): Next<Item<T>> {
    return this.isEmpty ? this.#wait(() => this.#takeItem(), signal) : { done: false, value: this.#takeItem() };
  }

  /** All datums of the next arrival. */
  nextBatch(signal?: AbortSignal): Next<T[]> {
    return this.isEmpty ? this.#wait(() => this.#takeBatch(), signal) : { done: false, value: this.#takeBatch() };
  }

  #takeItem(): Item<T> {
    const { producer } = this.#arrivals[this.#head]!;
    return { datum: this.take(), producer };
  }

  #takeBatch(): T[] {
    const { datums } = this.#arrivals[this.#head]!;
    const from = this.#next;
    this.#next = datums.length;
    this.#advance();
    return from === 0 ? datums : datums.slice(from);
  }

  #wait<R>(take: () => R, signal: AbortSignal | undefined): Next<R> {
    if (this.#isEnded) return { done: true, value: undefined };
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        settle: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve(this.isEmpty ? { done: true, value: undefined } : { done: false, value: take() });
        },
      };
      const onAbort = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter);
        reject(abortReason(signal!));
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  /** Leaves the first arrival, of which all datums were taken. */
  #advance(): void {
    this.#count();
    const arrival = this.#arrivals[this.#head++]!;
    this.#next = this.#counted = 0;
    if (this.#head === this.#arrivals.length || this.#head >= 64) {
      this.#arrivals = this.#arrivals.slice(this.#head);
      this.#head = 0;
    }
    this.#taking = this.#arrivals[this.#head]?.datums ?? [];
    arrival.release();
    if (this.#backlogs.length > 0 && this.items <= this.#aheadMax / 2) this.#refill();
  }

  /** Counts what was taken since the last time. */
  #count(): void {
    const from = this.#counted;
    const to = this.#next;
    if (from === to) return;
    this.#takenDatums += to - from;
    this.#takenBytes += this.#forget(to);
  }

  /** Lets backlogs hand over what there is room for, those first that have waited longest. */
  #refill(): void {
    const backlogs = this.#backlogs;
    this.#backlogs = [];
    while (backlogs.length > 0 && this.room > 0) if (backlogs[0]!.refill()) backlogs.shift();
    this.#backlogs = [...backlogs, ...this.#backlogs];
  }

  /** Moves on to datum `to` of the first arrival, and says how many bytes were passed over since the last count. */
  #forget(to: number): number {
    const { sizes } = this.#arrivals[this.#head]!;
    let bytes = 0;
    for (let i = this.#counted; i < to; i++) bytes += sizes[i]!;
    this.#items -= to - this.#counted;
    this.#itemBytes -= bytes;
    this.#next = this.#counted = to;
    return bytes;
  }

  /** Leaves only what there is room for; whether anything is left. */
  #trim(arrival: Arrival<T>): boolean {
    const { datums, sizes, producer } = arrival;
    let items = this.#items;
    let bytes = this.#itemBytes;
    let kept = 0;
    while (kept < datums.length && this.#fits(items + 1, bytes + sizes[kept]!)) {
      items++;
      bytes += sizes[kept++]!;
    }
    const dropped = datums.length - kept;
    if (dropped > 0) this.#onDropped(producer, dropped);
    datums.length = kept;
    sizes.length = kept;
    return kept > 0;
  }

  #dropOldest(): void {
    this.#count();
    while (!this.#fits(this.#items, this.#itemBytes)) {
      const arrival = this.#arrivals[this.#head]!;
      let to = this.#next;
      let items = this.#items;
      let bytes = this.#itemBytes;
      while (to < arrival.datums.length && !this.#fits(items, bytes)) {
        items--;
        bytes -= arrival.sizes[to++]!;
      }
      const dropped = to - this.#next;
      this.#forget(to);
      if (to === arrival.datums.length) this.#advance();
      this.#onDropped(arrival.producer, dropped);
    }
  }

  /** One datum always fits, however large. */
  #fits(items: number, bytes: number): boolean {
    return items <= 1 || (items <= this.#limits.bufferItems && bytes <= this.#limits.bufferBytes);
  }
}
