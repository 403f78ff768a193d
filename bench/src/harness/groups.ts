import type { Session } from "../benchmark.js";
import { callRate, callTime, type CallLoad } from "./calls.js";
import type { LeaderEnd, Side, Trio } from "./trio.js";

/** What is measured of three members. */
export type TrioSession = (open: () => Promise<Trio>) => Promise<Session>;

/** How long a command alone takes until it is committed and applied where it was given: the median, in microseconds. */
export const commandTime = (side: Side): TrioSession => commands(side, callTime);

/** How many commands a second are executed, with so many side by side. */
export const commandRate = (side: Side, inFlight: number): TrioSession =>
  commands(side, (load) => callRate(load, inFlight));

function commands(side: Side, sessionOf: (load: CallLoad) => Session): TrioSession {
  return (open) =>
    closedOnFailure(open, async (trio) => {
      await trio.form();
      const session = sessionOf(await trio.load(side));
      return {
        ...session,
        async measure() {
          const figure = await session.measure();
          await trio.check();
          return figure;
        },
      };
    });
}

/** How long nodes that know each other take to form a group, until all follow a leader, in ms. A group each time. */
export const formation: TrioSession = (open) =>
  closedOnFailure(open, (trio) => {
    const measure = async (): Promise<number> => {
      const tookMs = await timeMs(() => trio.form());
      await trio.part();
      return tookMs;
    };
    return Promise.resolve({
      warmUp: async () => void (await measure()),
      measure,
      close: () => trio.close(),
    });
  });

/** How long a group is without its leader, in ms. New processes each time: nobody knows of those that are gone. */
export function failover(how: LeaderEnd): TrioSession {
  return (open) =>
    Promise.resolve({
      warmUp: () => Promise.resolve(),
      async measure() {
        const trio = await open();
        try {
          await trio.form();
          return await timeMs(() => trio.endLeader(how));
        } finally {
          await trio.close();
        }
      },
      close: () => Promise.resolve(),
    });
}

async function closedOnFailure(
  open: () => Promise<Trio>,
  sessionOf: (trio: Trio) => Promise<Session>,
): Promise<Session> {
  const trio = await open();
  try {
    return await sessionOf(trio);
  } catch (error) {
    await trio.close();
    throw error;
  }
}

async function timeMs(run: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}
