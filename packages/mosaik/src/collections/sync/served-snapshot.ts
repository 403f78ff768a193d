import type { Codec } from "@mosaik/postcard";
import type { Cursor, Fingerprint } from "../../groups/index.js";
import type { Frozen } from "../machines/state.js";
import { EncodedItems, type SnapshotOffer } from "./protocol.js";

/** A snapshot that a member offers: its items are put in order when the first of them are asked for. */
export class ServedSnapshot<Item> {
  readonly #steps: Generator<void, readonly Item[], void>;
  #items: readonly Item[] | undefined;

  constructor(
    readonly anchor: Cursor,
    /** Of the log up to the anchor, where it is known. */
    private readonly fingerprint: Fingerprint | undefined,
    private readonly frozen: Frozen<Item>,
    private readonly item: Codec<Item>,
  ) {
    this.#steps = frozen.items();
  }

  get size(): number {
    return this.frozen.size;
  }

  offer(): SnapshotOffer {
    const value = { anchor: this.anchor, itemsCount: this.size };
    return { kind: "snapshotOffer", value, fingerprint: this.fingerprint };
  }

  /** Whether the items are in order. */
  get isReady(): boolean {
    return this.#items !== undefined;
  }

  /** Works on the order for a moment. */
  prepare(): void {
    const step = this.#steps.next();
    if (step.done) this.#items = step.value;
  }

  /**
   * The items from one place to another, fewer if they are large: at least one.
   *
   * @returns nothing for what does not lie in the snapshot
   */
  fetch(
    start: bigint,
    end: bigint,
    countMax: number,
    bytesMax: number,
  ): { offset: number; items: EncodedItems } | undefined {
    if (start >= end || start >= this.size) return undefined;
    const offset = Number(start);
    const until = end - start > countMax ? offset + countMax : Number(end);
    if (until > this.size) return undefined;
    return { offset, items: EncodedItems.fit(this.item, this.#items!.slice(offset, until), bytesMax) };
  }

  release(): void {
    this.frozen.release();
  }
}
