import type { AttestationSource } from "../../../src/tee/index.js";
import { makeWorld, type World } from "../authority.js";

const FROM_MS = Date.parse("2020-01-01T00:00:00Z");
const UNTIL_MS = Date.parse("2049-12-31T00:00:00Z");
const LONG = { notBeforeMs: FROM_MS, notAfterMs: UNTIL_MS } as const;

/** What was measured of the machine that stands for hardware. */
export const MEASURED = {
  mrtd: new Uint8Array(48).fill(0xa0),
  rtmr0: new Uint8Array(48).fill(0xa1),
  rtmr1: new Uint8Array(48).fill(0xa2),
  rtmr2: new Uint8Array(48).fill(0xa3),
  rtmr3: new Uint8Array(48),
} as const;

/** The world of one root whose certificates are valid for as long as anybody runs these tests. */
function lasting(world: World = {}): World {
  return { root: LONG, platformCa: LONG, pck: LONG, signer: LONG, ...world };
}

/** The root that vouches for `standIn`. */
export const TEST_ROOT = makeWorld(lasting()).root;

/** Stands for hardware: quotes with a whole chain, under a root of the tests' own. */
export function standIn(quote: World["quote"] = {}): AttestationSource & { readonly asked: Uint8Array[] } {
  const asked: Uint8Array[] = [];
  const { mrtd, rtmr0, rtmr1, rtmr2, rtmr3 } = MEASURED;
  return {
    provider: "tdx_guest",
    asked,
    quote: (reportData) => {
      asked.push(reportData);
      const parts = { mrtd, rtmrs: [rtmr0, rtmr1, rtmr2, rtmr3], reportData, ...quote };
      return Promise.resolve(makeWorld(lasting({ quote: parts })).quote);
    },
  };
}
