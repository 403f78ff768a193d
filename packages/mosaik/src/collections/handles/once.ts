import type { WaitOptions } from "../../groups/index.js";
import type { Version } from "../changes.js";
import type { OnceChange, OnceCommand, OnceState } from "../machines/once.js";
import { Handle } from "./handle.js";

/** What came of a write to a once. */
export interface WrittenOnce {
  readonly version: Version;
  /** Whether this write was the first. Nothing where that is not known: a snapshot took the place of the command. */
  readonly isFirst: boolean | undefined;
}

/** A value that is written once and for all, shared by the nodes of a network, to be read (spec 06 §9.6). */
export class OnceReader<T> extends Handle<OnceState<T>, OnceChange<T>> {
  /** The value; nothing before it is written. */
  get value(): T | undefined {
    return this.store.state.value;
  }

  /** The value, as soon as there is one. @throws CollectionError `timeout`, `closed`, `failed`; the signal's reason */
  async awaitValue(options: WaitOptions = {}): Promise<T> {
    await this.when()
      .satisfies(() => !this.isEmpty)
      .toPromise(options);
    return this.value as T;
  }
}

/** A value that is written once and for all, shared by the nodes of a network. `set` resolves, and throws, as `MapWriter.insert`. */
export class OnceWriter<T> extends OnceReader<T> {
  /** Of all writes the first counts; the others do nothing. */
  async set(value: T, options?: WaitOptions): Promise<WrittenOnce> {
    const { index, result } = await this.writeFor({ kind: "Write", value } as OnceCommand<T>, [value], options);
    return { version: index, isFirst: result as boolean | undefined };
  }
}
