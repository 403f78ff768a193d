import { it } from "vitest";
import { churn } from "./churn.js";
import { maps, queues, sets, vecs } from "./subjects.js";
it("debug", async () => {
  const subjects = [maps, queues, vecs, sets] as const;
  if (process.env["SEED"]) return void (await churn(`collections ${process.env["SEED"]}`, subjects[Number(process.env["SEED"]) % 4] as typeof maps));
  for (let i = Number(process.env["FROM"]); i < Number(process.env["TO"]); i++) {
    try {
      const { wrong } = await churn(`collections ${i}`, subjects[i % 4] as typeof maps);
      if (wrong.length > 0) console.log("WRONG", i, wrong.slice(0, 3));
    } catch (error) {
      console.log("FAILED", i, (error as Error).message);
    }
  }
}, 6_000_000);
