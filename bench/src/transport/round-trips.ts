import type { Contender, Session } from "../benchmark.js";
import { Child, closeAll } from "../harness/child.js";
import { median } from "../statistics.js";
import type { Echo } from "./echo.role.js";
import type { Prober } from "./prober.role.js";

const WARM_UP_TRIPS = 3000;
const TRIPS = 4000;

/** The bare addon: a small message there and back, in microseconds. */
export function bareRoundTrips(name = "@mosaik/iroh"): Contender {
  return {
    name,
    setup:
      "bare addon, release build; QUIC with TLS 1.3; 64 bytes there and back, one at a time; two processes, loopback",
    requires: [],
    open,
  };
}

async function open(): Promise<Session> {
  const echo = Child.start<Echo>(new URL("echo.role.js", import.meta.url));
  const prober = Child.start<Prober>(new URL("prober.role.js", import.meta.url));
  const close = (): Promise<void> => closeAll(prober, echo);
  try {
    await prober.ask("connect", await echo.ask("listen"));
  } catch (error) {
    await close();
    throw error;
  }
  const p99s: number[] = [];
  return {
    async warmUp() {
      await prober.ask("probe", WARM_UP_TRIPS);
    },
    async measure() {
      const { p50, p99 } = await prober.ask("probe", TRIPS);
      p99s.push(p99);
      return p50;
    },
    remarks: () => `p99 ${median(p99s).toFixed(0)} us`,
    close,
  };
}
