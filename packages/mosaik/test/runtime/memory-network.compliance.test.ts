import { complianceAlpn, complianceCases, type ComplianceHarness } from "@mosaik/iroh/compliance";
import { describe, expect, it } from "vitest";
import type { EndpointOptions } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";

function harnessOf(sim: Simulator): ComplianceHarness {
  let hostCount = 0;
  return {
    capabilities: { exporter: true, severalAlpns: true, limits: true },
    bind: (options: Partial<EndpointOptions> = {}) => {
      const runtime = sim.runtime(`host-${hostCount++}`);
      return runtime.transport.bind({ secretKey: runtime.random.bytes(32), alpns: [complianceAlpn], ...options });
    },
    within: (ms, promise, what) => sim.within(ms, promise, what),
    until: (condition, withinMs, what) => sim.until(condition, { withinMs, what }),
    openHandles: () => sim.network.connections.size,
  };
}

describe("the memory network passes the compliance suite", () => {
  for (const complianceCase of complianceCases) {
    it(complianceCase.name, async () => {
      const traces: string[] = [];
      for (const seed of [1, 1, 2]) {
        const sim = new Simulator({ seed });
        await complianceCase.run(harnessOf(sim));
        traces.push(sim.traceHash());
      }
      expect(traces[0]).toBe(traces[1]);
    });
  }
});
