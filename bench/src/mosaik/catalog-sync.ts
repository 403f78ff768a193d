import type { Contender, Session } from "../benchmark.js";
import { Child, closeAll } from "../harness/child.js";
import type { Cataloguer } from "./cataloguer.role.js";
import type { Syncer } from "./syncer.role.js";

const NETWORK = "bench-catalog";

/** From `syncWith` until a new node has the `count` made-up entries of another's catalog. */
export function mosaikCatalogSync(count: number): Contender {
  return {
    name: "mosaik-ts",
    setup: "native addon in release build; two processes, a new node each time; every signature checked; relay none",
    requires: [],
    open: () => open(count),
  };
}

async function open(count: number): Promise<Session> {
  const holder = Child.start<Cataloguer>(new URL("cataloguer.role.js", import.meta.url));
  const joiner = Child.start<Syncer>(new URL("syncer.role.js", import.meta.url));
  const close = (): Promise<void> => closeAll(joiner, holder);
  const delaysMs: { readonly joiner: number; readonly holder: number }[] = [];
  try {
    const peer = await holder.ask("join", { network: NETWORK, count });
    const measure = async (): Promise<number> => {
      await holder.ask("resetLoopDelay");
      const { tookMs, loopDelayMs } = await joiner.ask("sync", { network: NETWORK, peer, count });
      delaysMs.push({ joiner: loopDelayMs, holder: await holder.ask("maxLoopDelayMs") });
      return tookMs;
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
