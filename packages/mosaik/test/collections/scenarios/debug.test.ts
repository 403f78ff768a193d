import { it } from "vitest";
import { churn } from "./churn.js";
import { maps } from "./subjects.js";
it("debug", async () => {
  await churn(process.env["SEED"]!, maps);
}, 600_000);
