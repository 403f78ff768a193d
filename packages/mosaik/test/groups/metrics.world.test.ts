import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { increment } from "./counter.js";
import { countersOnline } from "./group-nodes.js";

/** The metrics of spec 05 §14: name and kind. */
const TABLE = {
  "mosaik.groups.active": "gauge",
  "mosaik.groups.bonds.active": "gauge",
  "mosaik.groups.raft.committed": "gauge",
  "mosaik.groups.raft.committee.voters": "gauge",
  "mosaik.groups.raft.committee.non_voters": "gauge",
  "mosaik.groups.raft.committee.size": "gauge",
  "mosaik.groups.raft.elections": "counter",
  "mosaik.groups.raft.leader.changes": "counter",
  "mosaik.groups.bonds.bytes.sent": "counter",
  "mosaik.groups.bonds.bytes.received": "counter",
  "mosaik.groups.bonds.messages.sent": "counter",
  "mosaik.groups.bonds.messages.received": "counter",
} as const;

describe("the metrics of groups", () => {
  const context = useNodes();

  it("are those of Rust, by name, kind and label, and say what is", async () => {
    const { nodes } = context;
    const { networks, groups } = await countersOnline(nodes, 3);
    await nodes.within(2000, groups[1]!.execute(increment(1)));
    await nodes.within(2000, groups[0]!.execute(increment(1)));
    const value = (name: string): number | undefined =>
      networks[0]!.metrics.samples().find((sample) => sample.name === name)?.value;
    const samples = networks[0]!.metrics.samples();
    for (const [name, kind] of Object.entries(TABLE)) {
      const labels =
        name === "mosaik.groups.active"
          ? { network: networks[0]!.local.networkId.short() }
          : { network: networks[0]!.local.networkId.short(), group: groups[0]!.id.short() };
      expect(
        samples.find((candidate) => candidate.name === name),
        name,
      ).toMatchObject({ kind, labels });
    }
    expect(value("mosaik.groups.active")).toBe(1);
    expect(value("mosaik.groups.bonds.active")).toBe(2);
    expect(value("mosaik.groups.raft.committed")).toBe(2);
    expect(value("mosaik.groups.raft.committee.size")).toBe(3);
    expect(value("mosaik.groups.raft.leader.changes")).toBeGreaterThan(0);
    for (const [name, kind] of Object.entries(TABLE)) {
      if (kind === "counter") expect(value(name), name).toBeGreaterThan(0);
    }
    await nodes.within(1000, groups[0]!.leave());
    const left = Object.entries(TABLE).filter(([, kind]) => kind === "gauge");
    for (const [name] of left) expect(value(name), name).toBe(0);
  });
});
