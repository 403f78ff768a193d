/**
 * The suite that proves a transport: every implementation of `@mosaik/iroh/transport` runs these cases. It needs no test
 * framework; with one that has `it`:
 *
 * ```ts
 * for (const c of complianceCases) {
 *   it(c.name, async () => {
 *     const harness = await makeHarness();
 *     try {
 *       await c.run(harness);
 *     } finally {
 *       await harness.close();
 *     }
 *   });
 * }
 * ```
 *
 * Cases whose `needs` the transport lacks are to be left out (`missingCapability`).
 */
import { closingCases } from "./cases/closing.js";
import { connectingCases } from "./cases/connecting.js";
import { endpointCases } from "./cases/endpoint.js";
import { exchangeCases } from "./cases/exchanges.js";
import { flowCases } from "./cases/flow.js";
import { streamCases } from "./cases/streams.js";
import type { ComplianceCapabilities, ComplianceCase } from "./harness.js";

export { ComplianceFailure } from "./assert.js";
export { complianceAlpn, type ComplianceCapabilities, type ComplianceCase, type ComplianceHarness } from "./harness.js";

/** Every case, in an order that starts with the simplest. */
export const complianceCases: readonly ComplianceCase[] = [
  ...endpointCases,
  ...connectingCases,
  ...streamCases,
  ...flowCases,
  ...closingCases,
  ...exchangeCases,
];

/** The first capability that a case needs and a transport lacks. */
export function missingCapability(
  complianceCase: ComplianceCase,
  capabilities: ComplianceCapabilities,
): keyof ComplianceCapabilities | undefined {
  return complianceCase.needs.find((capability) => !capabilities[capability]);
}
