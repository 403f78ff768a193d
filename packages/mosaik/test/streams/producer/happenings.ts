import type { Lagged, PeerId } from "../../../src/primitives/index.js";
import type { ProducerEvent } from "../../../src/streams/index.js";
import type { ProducerEvents } from "../../../src/streams/events.js";
import { recorded } from "../recorded.js";

/** What happens at a producer from now on, in order. */
export class Happenings {
  readonly all: readonly (ProducerEvent | Lagged)[];

  constructor(events: ProducerEvents) {
    this.all = recorded(events);
  }

  of<K extends ProducerEvent["kind"]>(kind: K): Extract<ProducerEvent, { kind: K }>[] {
    return this.all.filter((event): event is Extract<ProducerEvent, { kind: K }> => event.kind === kind);
  }

  /** The codes that a consumer was refused with. */
  refusals(consumer: PeerId): (number | undefined)[] {
    return this.of("refused")
      .filter((event) => event.consumer === consumer)
      .map(({ code }) => code);
  }
}

/** Begins to write down what happens at a producer. */
export function happeningsAt(producer: { events(): ProducerEvents }): Happenings {
  return new Happenings(producer.events());
}
