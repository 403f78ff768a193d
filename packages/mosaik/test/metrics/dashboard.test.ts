import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { METRICS, type MetricInfo } from "../../src/metrics/index.js";
import { prometheusName } from "../../src/prometheus/index.js";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly schemaVersion: number;
  readonly title: string;
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
}

const dashboard = JSON.parse(
  await readFile(new URL("../../../../docs/public/grafana/mosaik.json", import.meta.url), "utf8"),
) as Dashboard;
const charts = dashboard.panels.filter(({ type }) => type !== "row");
const infos = new Map(
  Object.entries<MetricInfo>(METRICS).map(([name, info]) => [prometheusName(name), { name, ...info }]),
);

/** The metrics that an expression reads, each with the function that it is given to and the labels that it asks for. */
function uses(expr: string): { name: string; inside: string | undefined; matchers: string[] }[] {
  return [...expr.matchAll(/(?:(\w+)\()?(mosaik_\w+)(?:\{([^}]*)\})?/g)].map(([, inside, name, braces = ""]) => ({
    name: name!,
    inside,
    matchers: [...braces.matchAll(/(\w+)(?:=~|!=|=)/g)].map(([, label]) => label!),
  }));
}

describe("the dashboard for Grafana", () => {
  it("can be imported: it has what Grafana asks for", () => {
    expect(dashboard).toMatchObject({ title: "Mosaik", uid: "mosaik" });
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ["datasource", "datasource"],
      ["network", "query"],
      ["instance", "query"],
    ]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, datasource, targets } of charts) {
      expect(datasource?.uid, title).toBe("${datasource}");
      expect(targets?.length, title).toBeGreaterThan(0);
    }
  });

  it("lays its panels out side by side", () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), `${title} is over it`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });

  it("reads metrics that there are, as what they are, by labels that they have", () => {
    for (const { title, targets } of charts) {
      for (const { expr, legendFormat } of targets!) {
        expect(uses(expr).length, `${title}: ${expr}`).toBeGreaterThan(0);
        for (const { name, inside, matchers } of uses(expr)) {
          const info = infos.get(name);
          expect(info, `${title}: ${name}`).toBeDefined();
          const isCounted = ["rate", "increase"].includes(inside ?? "");
          expect(isCounted, `${title}: ${name} is a ${info!.kind}`).toBe(info!.kind === "counter");
          expect(matchers.slice(0, 2), title).toEqual(["network", "instance"]);
          const labels = ["network", "instance", ...(info!.labels ?? [])];
          const wanted = [...matchers, ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, by]) => by!.split(", "))];
          for (const label of wanted) expect(labels, `${title}: ${name}`).toContain(label);
        }
        const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, by]) => by!.split(", "));
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(grouped, title).toContain(label);
      }
    }
    for (const { definition } of dashboard.templating.list) {
      for (const { name } of uses(definition ?? "")) expect(infos.has(name), name).toBe(true);
    }
  });

  it("has a panel for each subsystem", () => {
    const read = new Set(
      charts.flatMap(({ targets }) => targets!.flatMap(({ expr }) => uses(expr).map(({ name }) => name))),
    );
    const subsystems = new Set([...infos.values()].map(({ name }) => name.split(".")[1]!));
    for (const subsystem of subsystems) {
      expect(
        [...read].some((name) => name.startsWith(`mosaik_${subsystem}_`)),
        subsystem,
      ).toBe(true);
    }
  });
});
