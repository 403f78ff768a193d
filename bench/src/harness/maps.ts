import type { Session } from "../benchmark.js";
import { callRate, callTime, type CallLoad } from "./calls.js";
import type { MapMember, SharedMap } from "./shared-map.js";
import { throughput } from "./throughput.js";

const KEYS_READ = 10_000;

/** A node that joins late. */
export interface LateMember extends MapMember {
  close(): Promise<void>;
}

/** Nodes that others can be added to. */
export interface GrowingMap {
  readonly map: SharedMap;
  /** A new node, in a new process, that knows the others. */
  readonly another: () => Promise<LateMember>;
}

/** What is measured of nodes that share a map. */
export type MapSession = (open: () => Promise<GrowingMap>) => Promise<Session>;

/** How long an insert alone takes, by a member that follows, until it is carried out there: the median, in microseconds. */
export const insertTime: MapSession = inserts(callTime);

/** How many entries a second a member that follows inserts, with so many under way. */
export const insertRate = (inFlight: number): MapSession => inserts((load) => callRate(load, inFlight));

function inserts(sessionOf: (load: CallLoad) => Session): MapSession {
  return (open) =>
    closedOnFailure(open, async ({ map }) => {
      await map.open();
      const session = sessionOf(map.inserts());
      return {
        ...session,
        async measure() {
          const figure = await session.measure();
          await map.check();
          return figure;
        },
      };
    });
}

/** How many reads a second a member that follows makes of its own copy. */
export const readRate: MapSession = (open) =>
  closedOnFailure(open, async ({ map }) => {
    await map.open();
    await map.fill(KEYS_READ);
    const reader = map.members.at(-1)!;
    const move = async (count: number): Promise<void> => {
      const found = await reader.get({ keys: KEYS_READ, count });
      if (found !== count) throw new Error(`${found} of ${count} reads found something`);
    };
    return throughput({ ...map.processes, move }, 100_000);
  });

/** How long a new node takes from opening a map until it has all of its entries, in ms. */
export function snapshotTime(entries: number): MapSession {
  return (open) =>
    closedOnFailure(open, async ({ map, another }) => {
      await map.open();
      return {
        warmUp: () => map.fill(entries),
        async measure() {
          const late = await another();
          try {
            const startMs = performance.now();
            await map.join(late);
            const tookMs = performance.now() - startMs;
            await map.check([late]);
            return tookMs;
          } finally {
            await late.close();
          }
        },
        close: () => map.processes.close(),
      };
    });
}

async function closedOnFailure(
  open: () => Promise<GrowingMap>,
  sessionOf: (nodes: GrowingMap) => Promise<Session>,
): Promise<Session> {
  const nodes = await open();
  try {
    return await sessionOf(nodes);
  } catch (error) {
    await nodes.map.processes.close();
    throw error;
  }
}
