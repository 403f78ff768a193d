import { afterEach, describe, it } from "vitest";
import {
  complianceAlpn,
  complianceCases,
  missingCapability,
  type ComplianceHarness,
} from "../../src/compliance/index.js";
import { Number0Endpoint } from "../../src/number0/endpoint.js";
import { randomSecret, until, within } from "../support.js";
import { binding } from "./support.js";

describe.runIf(binding !== undefined)("@number0/iroh keeps the contract of a transport", () => {
  const endpoints: Number0Endpoint[] = [];

  const harness: ComplianceHarness = {
    capabilities: { exporter: false, severalAlpns: false, limits: false },
    bind: async (options) => {
      const endpoint = await Number0Endpoint.bind(binding!, {
        secretKey: randomSecret(),
        alpns: [complianceAlpn],
        relay: "none",
        bindAddrs: ["127.0.0.1:0"],
        ...options,
      });
      endpoints.push(endpoint);
      return endpoint;
    },
    within,
    until,
    openHandles: () => endpoints.reduce((total, endpoint) => total + endpoint.openHandles, 0),
  };

  afterEach(async () => {
    await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.close()));
  });

  for (const complianceCase of complianceCases) {
    const missing = missingCapability(complianceCase, harness.capabilities);
    const name = missing === undefined ? complianceCase.name : `${complianceCase.name} (it lacks: ${missing})`;
    it.skipIf(missing !== undefined)(name, { timeout: 70_000 }, () => complianceCase.run(harness));
  }
});
