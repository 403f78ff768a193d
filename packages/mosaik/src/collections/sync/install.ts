import type { Cursor, Index, SyncContext } from "../../groups/index.js";

/** How long a snapshot is installed in one turn of the event loop, in ms. */
const TURN_MS = 2;

/** The machine that a snapshot is for. */
export interface SnapshotTarget<Item> {
  /** Takes the items for the state, in steps. @returns whether it did: not if a key is there twice; then the state is as before */
  install(items: readonly Item[]): Generator<void, boolean, void>;
  /** The state is that of `anchor` now, and what is in the log up to `logEnd` was not seen live. */
  installed(anchor: Cursor, logEnd: Index): void;
}

/** Has the machine take the items of a snapshot, over several turns if they are many. */
export function installInSteps<Item>(
  context: Pick<SyncContext<unknown>, "after" | "nowMs">,
  target: SnapshotTarget<Item>,
  items: readonly Item[],
  onDone: (isWhole: boolean) => void,
): void {
  const steps = target.install(items);
  const goOn = (): void => {
    const untilMs = context.nowMs() + TURN_MS;
    do {
      const step = steps.next();
      if (step.done) return onDone(step.value);
    } while (context.nowMs() < untilMs);
    context.after(0, goOn);
  };
  goOn();
}
