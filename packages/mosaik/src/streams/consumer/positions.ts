import type { PeerId } from "../../primitives/index.js";
import { forgetOldest } from "../../primitives/index.js";
import type { GapCause } from "../events.js";
import type { StreamPosition } from "../protocol.js";

/** Producers whose last position is remembered while they are away. */
const REMEMBERED_MAX = 1024;

/** How a subscription follows the one before it. */
export type Continuation =
  | { readonly kind: "first" }
  /** Nothing is missing. */
  | { readonly kind: "resumed" }
  | { readonly kind: "gap"; readonly cause: GapCause; readonly lost: number | undefined }
  /** The producer would send again what was received. */
  | { readonly kind: "violation" };

/** Up to where a consumer has received the stream of each producer (spec 08 §4). */
export class Positions {
  /** The longest unused first. */
  readonly #last = new Map<PeerId, StreamPosition>();

  get(producer: PeerId): StreamPosition | undefined {
    return this.#last.get(producer);
  }

  set(producer: PeerId, position: StreamPosition): void {
    this.#last.delete(producer);
    this.#last.set(producer, position);
    forgetOldest(this.#last, REMEMBERED_MAX);
  }

  delete(producer: PeerId): void {
    this.#last.delete(producer);
  }
}

/**
 * What a producer's answer means to a consumer that asked to go on behind `last`. Pure.
 *
 * @param start where the producer begins; `undefined` from one that keeps no positions
 */
export function continuation(last: StreamPosition | undefined, start: StreamPosition | undefined): Continuation {
  if (last === undefined) return { kind: "first" };
  if (start === undefined) return { kind: "gap", cause: "break", lost: undefined };
  if (start.epoch !== last.epoch) return { kind: "gap", cause: "restarted", lost: undefined };
  if (start.sequence < last.sequence) return { kind: "violation" };
  if (start.sequence === last.sequence) return { kind: "resumed" };
  return { kind: "gap", cause: "beyondWindow", lost: start.sequence - last.sequence };
}
