import type { PairRecord } from "./pair.js";

/** What a sensor has told. */
class SensorBook {
  produced = 0;
  readonly subscriptions: { readonly viewerPeer: string; readonly fromSeq: number }[] = [];
}

/** What the processes have told of readings, as it comes in. Their pipes are independent: it can be judged only when all have ended. */
export class Ledger {
  readonly #sensors = new Map<string, SensorBook>();
  readonly #viewers = new Map<string, Map<string, number[]>>();
  readonly #broken: string[] = [];
  readonly #watchers = new Set<() => void>();

  /** A sensor is about to send a reading. */
  produced(sensor: string, seq: number): void {
    const book = this.#sensor(sensor);
    if (seq === book.produced + 1) book.produced = seq;
    else this.#broken.push(`${sensor} produced reading ${seq} after reading ${book.produced}`);
  }

  /** A sensor has a new subscriber, to which every reading from this one on is due. */
  subscribed(sensor: string, viewerPeer: string, fromSeq: number): void {
    this.#sensor(sensor).subscriptions.push({ viewerPeer, fromSeq });
  }

  /** A viewer has received a reading. */
  received(viewer: string, sensor: string, seq: number): void {
    this.#seqs(viewer, sensor).push(seq);
    for (const watcher of [...this.#watchers]) watcher();
  }

  /**
   * A sensor that tells of a reading only after it was sent was killed: what anybody received, it has produced, even if its last
   * words are missing.
   */
  completeFromArrivals(sensor: string): void {
    const book = this.#sensor(sensor);
    for (const seqs of this.#viewers.values()) book.produced = Math.max(book.produced, ...(seqs.get(sensor) ?? []));
  }

  producedBy(sensor: string): number {
    return this.#sensor(sensor).produced;
  }

  /** Whether a sensor has told of this subscriber. */
  isSubscribed(sensor: string, viewerPeer: string): boolean {
    return this.#sensor(sensor).subscriptions.some((subscription) => subscription.viewerPeer === viewerPeer);
  }

  /** The last arrival at a viewer from a sensor; 0 if there was none. */
  lastReceived(viewer: string, sensor: string): number {
    return this.#seqs(viewer, sensor).at(-1) ?? 0;
  }

  /** What the sensors have told that cannot be. */
  get broken(): readonly string[] {
    return this.#broken;
  }

  /** Whether `test` came to hold, at once or with an arrival, before the time was over. */
  when(test: () => boolean, timeoutMs: number): Promise<boolean> {
    if (test()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (isMet: boolean): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        resolve(isMet);
      };
      const watcher = (): void => {
        if (test()) settle(true);
      };
      const timer = setTimeout(() => settle(test()), timeoutMs);
      this.#watchers.add(watcher);
    });
  }

  /** All that is known of a sensor and a viewer. */
  record(
    sensor: string,
    viewer: { readonly name: string; readonly peer: string },
    brokenBy: PairRecord["brokenBy"],
  ): PairRecord {
    const book = this.#sensor(sensor);
    const subscriptions = book.subscriptions.filter(({ viewerPeer }) => viewerPeer === viewer.peer);
    return {
      sensor,
      viewer: viewer.name,
      produced: book.produced,
      subscribedFrom: subscriptions.map(({ fromSeq }) => fromSeq),
      received: this.#seqs(viewer.name, sensor),
      brokenBy,
    };
  }

  #sensor(sensor: string): SensorBook {
    let book = this.#sensors.get(sensor);
    if (book === undefined) this.#sensors.set(sensor, (book = new SensorBook()));
    return book;
  }

  #seqs(viewer: string, sensor: string): number[] {
    let bySensor = this.#viewers.get(viewer);
    if (bySensor === undefined) this.#viewers.set(viewer, (bySensor = new Map<string, number[]>()));
    let seqs = bySensor.get(sensor);
    if (seqs === undefined) bySensor.set(sensor, (seqs = []));
    return seqs;
  }
}
