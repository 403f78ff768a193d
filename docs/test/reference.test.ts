import { describe, expect, it } from "vitest";
import { syncConfig } from "../../packages/mosaik/src/collections/sync/config.js";
import { defaultDiscoveryConfig } from "../../packages/mosaik/src/discovery/config.js";
import { callerConfig } from "../../packages/mosaik/src/functions/config.js";
import { consensusConfig, groupsOptions } from "../../packages/mosaik/src/groups/config.js";
import { guardsOf } from "../../packages/mosaik/src/groups/guards.js";
import { logReplayConfig } from "../../packages/mosaik/src/groups/sync/log-replay/config.js";
import { consumerConfig } from "../../packages/mosaik/src/streams/consumer/config.js";
import { producerConfig } from "../../packages/mosaik/src/streams/producer/config.js";
import { fillTables, PAGES } from "../../scripts/book-reference.mjs";

/** What is in force where nothing is said, by the name of the table that says so. */
const IN_FORCE: Record<string, object> = {
  DiscoveryConfig: defaultDiscoveryConfig,
  ProducerOptions: producerConfig({}),
  ResumeWindow: producerConfig({ resume: {} }).resume!,
  ConsumerOptions: consumerConfig({}),
  CallerOptions: callerConfig({}, {}),
  ConsensusTimes: consensusConfig(),
  GuardOptions: guardsOf(),
  GroupsOptions: groupsOptions(),
  LogReplayOptions: logReplayConfig({ typeName: "demo" }),
  SyncOptions: syncConfig(),
};

describe("the reference", () => {
  it.each(PAGES)("%s is what the source says (else: node scripts/book-reference.mjs)", async (path) => {
    const { page, filled } = await fillTables(path);
    expect(page).toBe(filled);
  });

  it.each(PAGES)("%s leaves no cell empty", async (path) => {
    const { filled } = await fillTables(path);
    const nameless = "| 0     |"; // the one close code without a name
    const rows = filled.split("\n").filter((line) => line.startsWith("|") && !line.startsWith(nameless));
    expect(
      rows.filter((line) =>
        line
          .split("|")
          .slice(1, -1)
          .some((cell) => cell.trim() === ""),
      ),
    ).toEqual([]);
  });

  it("tells the defaults that are in force", async () => {
    const { filled } = await fillTables("docs/reference/configuration.md");
    const tables = filled.matchAll(/<!-- options \S+ (\w+) -->([^]*?)<!-- end -->/g);
    let compared = 0;
    for (const [, table, text] of tables) {
      for (const [, option, cell] of text!.matchAll(/^\| `(\w+)` +\| (.*?) +\|/gm)) {
        const documented = quantityOf(cell!);
        const inForce = (IN_FORCE[table!] as Record<string, unknown> | undefined)?.[option!];
        if (documented === undefined || inForce === undefined || typeof inForce === "object") continue;
        expect(inForce, `${table}.${option}`).toBe(documented);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(40);
  });
});

const UNITS: Record<string, number> = { MiB: 2 ** 20, KiB: 2 ** 10, minutes: 60_000, ms: 1 };

/** The value of a default: a number with its unit, a word in backticks, or true and false. */
function quantityOf(cell: string): number | string | boolean | undefined {
  const [, digits, unit] = /^(\d[\d ]*(?:\.\d+)?) ?(MiB|KiB|minutes|ms)?/.exec(cell) ?? [];
  if (digits !== undefined) return Number(digits.replaceAll(" ", "")) * (UNITS[unit ?? "ms"] ?? NaN);
  if (/^(true|false)\b/.test(cell)) return cell.startsWith("true");
  return /^`(\w+)`/.exec(cell)?.[1];
}
