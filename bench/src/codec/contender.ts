import type { Contender, Requirement } from "../benchmark.js";
import { Child } from "../harness/child.js";
import type { CodecRole } from "./codec.role.js";
import type { LibraryName } from "./libraries.js";

const FIRST_COUNT = 100_000;
const TRIAL_MICROS = 250_000;
const TRIAL_GROWTH = 4;
const MEASURE_MICROS = 800_000;

/**
 * A library in a process of its own, which encodes or decodes. Its figure is of processor time, all threads summed: on a busy machine
 * the others take from a loop's time, but not from that.
 */
export function codecContender(
  library: LibraryName,
  direction: "encode" | "decode",
  about: { readonly name: string; readonly setup: string; readonly requires: readonly Requirement[] },
): Contender {
  return {
    ...about,
    async open() {
      const child = Child.start<CodecRole>(new URL("codec.role.js", import.meta.url));
      let count = FIRST_COUNT;
      const cpuMicros = async (): Promise<number> => {
        const before = await child.cpuMicros();
        await child.ask(direction, count);
        return (await child.cpuMicros()) - before;
      };
      try {
        await child.ask("open", library);
      } catch (error) {
        await child.close();
        throw error;
      }
      return {
        async warmUp() {
          let took = await cpuMicros();
          for (; took < TRIAL_MICROS; took = await cpuMicros()) count *= TRIAL_GROWTH;
          count = Math.ceil((count * MEASURE_MICROS) / took);
          await cpuMicros();
        },
        measure: async () => (count * 1e6) / (await cpuMicros()),
        close: () => child.close(),
      };
    },
  };
}
