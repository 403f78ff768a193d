import { afterEach, describe, it } from "vitest";
import { complianceAlpn, complianceCases, type ComplianceHarness } from "../src/compliance/index.js";
import { IrohEndpoint } from "../src/endpoint.js";
import { randomSecret, until, within } from "./support.js";

describe("iroh keeps the contract of a transport", () => {
  const endpoints: IrohEndpoint[] = [];

  const harness: ComplianceHarness = {
    capabilities: { exporter: true, severalAlpns: true, limits: true },
    bind: async (options) => {
      const endpoint = await IrohEndpoint.bind({
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
    it(complianceCase.name, { timeout: 70_000 }, () => complianceCase.run(harness));
  }
});
