import type { Contender, Session } from "../benchmark.js";
import { Child, closeAll } from "../harness/child.js";
import type { Cataloguer } from "./cataloguer.role.js";
import type { Syncer } from "./syncer.role.js";

const NETWORK = "bench-catalog";

/** What is measured: how long a sync takes, or how long it holds up the event loop of the joining node at most, both in ms. */
export type CatalogFigure = "tookMs" | "loopDelayMs";

/** From `syncWith` until a new node has the `count` made-up entries of another's catalog. */
export function mosaikCatalogSync(count: number, figure: CatalogFigure = "tookMs"): Contender {
  return {
    name: "mosaik-ts",
    setup: "native addon in release build; two processes, a new node each time; every signature checked; relay none",
    requires: [],
    open: () => open(count, figure),
  };
}

async function open(count: number, figure: CatalogFigure): Promise<Session> {
  const holder = Child.start<Cataloguer>(new URL("cataloguer.role.js", import.meta.url));
  const joiner = Child.start<Syncer>(new URL("syncer.role.js", import.meta.url));
  const close = (): Promise<void> => closeAll(joiner, holder);
  const delaysMs: { readonly joiner: number; readonly holder: number }[] = [];
  try {
    const peer = await holder.ask("join", { network: NETWORK, count });
    const measure = async (): Promise<number> => {
      await holder.ask("resetLoopDelay");
      const sync = await joiner.ask("sync", { network: NETWORK, peer, count });
      delaysMs.push({ joiner: sync.loopDelayMs, holder: await holder.ask("maxLoopDelayMs") });
      return sync[figure];
    };
    return {
      async warmUp() {
        await measure();
        delaysMs.length = 0;
      },
      measure,
      remarks: () =>
        `event loop held up for at most ${delaysMs.map(({ joiner }) => joiner.toFixed(1)).join(", ")} ms in the rounds ` +
        `at the joining node, ${delaysMs.map(({ holder }) => holder.toFixed(1)).join(", ")} ms at the other`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
