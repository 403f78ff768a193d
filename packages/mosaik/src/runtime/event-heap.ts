/**
 * Something that happens at one moment of virtual time. A simulation makes millions: fields of events are declared and assigned
 * in constructors, which costs a fraction of what field initializers of a class hierarchy do.
 */
export abstract class VirtualEvent {
  /** When, in microseconds of virtual time; set by `VirtualTime.schedule`. */
  declare timeUs: number;
  /** Decides among the events of one moment; set by `VirtualTime.schedule`. */
  declare sequence: number;
  declare isCancelled: boolean;

  constructor() {
    this.timeUs = 0;
    this.sequence = 0;
    this.isCancelled = false;
  }

  abstract run(): void;
  /** Lets go of what the event would have used: a cancelled one stays in the queue until its time comes. */
  release(): void {}
}

/** A binary heap of events, the earliest first and those of one moment in the order in which they were scheduled. */
export class EventHeap {
  readonly #events: VirtualEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  peek(): VirtualEvent | undefined {
    return this.#events[0];
  }

  push(event: VirtualEvent): void {
    const events = this.#events;
    let at = events.length;
    events.push(event);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = events[parentAt]!;
      if (!isBefore(event, parent)) break;
      events[at] = parent;
      at = parentAt;
    }
    events[at] = event;
  }

  pop(): VirtualEvent | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (last !== undefined && events.length > 0) this.#sink(last, 0);
    return first;
  }

  /** Drops what was cancelled, so that timers which never run do not pile up. */
  removeCancelled(): void {
    const kept = this.#events.filter((event) => !event.isCancelled);
    this.#events.length = 0;
    this.#events.push(...kept);
    for (let at = (kept.length >> 1) - 1; at >= 0; at--) this.#sink(kept[at]!, at);
  }

  #sink(event: VirtualEvent, from: number): void {
    const events = this.#events;
    const { length } = events;
    let at = from;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= length) break;
      const rightAt = childAt + 1;
      if (rightAt < length && isBefore(events[rightAt]!, events[childAt]!)) childAt = rightAt;
      const child = events[childAt]!;
      if (!isBefore(child, event)) break;
      events[at] = child;
      at = childAt;
    }
    events[at] = event;
  }
}

function isBefore(one: VirtualEvent, other: VirtualEvent): boolean {
  return one.timeUs < other.timeUs || (one.timeUs === other.timeUs && one.sequence < other.sequence);
}
