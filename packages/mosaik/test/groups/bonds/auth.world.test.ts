import { describe, expect, it } from "vitest";
import { GroupKey, type Group } from "../../../src/groups/index.js";
import type { Network } from "../../../src/node/index.js";
import type { TicketValidator } from "../../../src/tickets/index.js";
import { useNodes, type Nodes } from "../../nodes.js";
import { DEFAULT_ISSUER, DEFAULT_SECRET, ticketFor, validatorFor } from "../../streams/jwt.js";
import { Counter } from "../counter.js";
import { recordedEvents, type CounterGroup } from "../group-nodes.js";

const validator = validatorFor(DEFAULT_SECRET, DEFAULT_ISSUER);

function join(network: Network, key: GroupKey, ...tickets: readonly TicketValidator[]): CounterGroup {
  return network.groups.join({ key, machine: new Counter(), tickets });
}

const areBonded = (group: CounterGroup, ...members: readonly Network[]): boolean =>
  group.bonds.size === members.length && members.every(({ local }) => group.bonds.has(local.id));

/** Two members bond with each other; the others are refused, and have no bonds. */
async function twoOfFour(nodes: Nodes, networks: readonly Network[], groups: readonly CounterGroup[]): Promise<void> {
  const [n0, n1, ...others] = networks as [Network, Network, ...Network[]];
  const [g0, g1, ...outside] = groups as [CounterGroup, CounterGroup, ...CounterGroup[]];
  const events = recordedEvents(g0);
  await nodes.until(() => areBonded(g0, n1) && areBonded(g1, n0), 8000, "the two to bond");
  const isRefused = ({ local }: Network): boolean =>
    events.some((event) => event.kind === "refused" && event.peer === local.id && event.code === 30403);
  // They know that the others may be members, and try.
  await nodes.until(() => others.every(isRefused), 8000, "the others to be refused");
  expect(areBonded(g0, n1) && areBonded(g1, n0)).toBe(true);
  expect(outside.map(({ bonds }) => bonds.size)).toEqual(outside.map(() => 0));
}

describe("tests/groups/auth.rs", () => {
  const context = useNodes();

  it("jwt_authorized_peers_can_bond", async () => {
    const { nodes } = context;
    const networks = await nodes.joinMany(4);
    const [n0, n1, n2] = networks as [Network, Network, Network];
    for (const network of [n0, n1]) network.discovery.addTicket(ticketFor(network));
    n2.discovery.addTicket(ticketFor(n2, { expiresInMs: -60_000 }));
    await nodes.discoverAll(...networks);
    const key = GroupKey.fromSecret("auth-group-secret");
    const groups = networks.map((network) => join(network, key, validator));
    await twoOfFour(nodes, networks, groups);
  });

  it("bond_terminated_on_jwt_ticket_revocation", async () => {
    const { nodes } = context;
    const [n0, n1] = (await nodes.joinMany(2)) as [Network, Network];
    for (const network of [n0, n1]) network.discovery.addTicket(ticketFor(network));
    await nodes.discoverAll(n0, n1);
    const key = GroupKey.fromSecret("auth-revocation-test-secret");
    const [g0, g1] = [join(n0, key, validator), join(n1, key, validator)];
    await nodes.until(() => areBonded(g0, n1) && areBonded(g1, n0), 8000, "the bond");
    n1.discovery.removeTicketsOf(validator.class);
    n0.discovery.feed(n1.discovery.me());
    await nodes.until(() => g0.bonds.size === 0, 8000, "the end of the bond");
  });

  it("group_key_derived_from_jwt_validator", async () => {
    const { nodes } = context;
    const [n0, n1] = (await nodes.joinMany(2)) as [Network, Network];
    const keyOf = (): GroupKey => GroupKey.fromValidator(validatorFor(DEFAULT_SECRET, DEFAULT_ISSUER));
    expect(keyOf().secret()).toBe(keyOf().secret());
    for (const network of [n0, n1]) network.discovery.addTicket(ticketFor(network));
    await nodes.discoverAll(n0, n1);
    const [g0, g1] = [join(n0, keyOf(), validator), join(n1, keyOf(), validator)];
    expect(g0.id).toBe(g1.id);
    await nodes.until(() => areBonded(g0, n1) && areBonded(g1, n0), 8000, "the bond");
  });

  it("mismatched_jwt_auth_config_prevents_bonding", async () => {
    const { nodes } = context;
    const [n0, n1] = (await nodes.joinMany(2)) as [Network, Network];
    await nodes.discoverAll(n0, n1);
    const key = GroupKey.fromSecret("auth-mismatch-test-secret");
    const [g0, g1] = [join(n0, key, validator), join(n1, key)];
    expect(g0.id).not.toBe(g1.id);
    const sees = (one: Network, other: Network, { id }: Pick<Group, "id">): boolean =>
      one.discovery.catalog.get(other.local.id)?.entry.groups.has(id) === true;
    await nodes.until(() => sees(n0, n1, g1) && sees(n1, n0, g0), 5000, "each to know the other's group");
    // Each leads alone in the end.
    await nodes.within(11_000, Promise.all([g0.when().online().toPromise(), g1.when().online().toPromise()]));
    expect([g0.bonds.size, g1.bonds.size]).toEqual([0, 0]);
  });

  it("multiple_ticket_validators", async () => {
    const { nodes } = context;
    const networks = await nodes.joinMany(4);
    const a = { issuer: "issuer-alpha", secret: "secret-alpha" };
    const b = { issuer: "issuer-beta", secret: "secret-beta" };
    const [n0, n1, n2, n3] = networks as [Network, Network, Network, Network];
    for (const network of [n0, n1, n2]) network.discovery.addTicket(ticketFor(network, a));
    for (const network of [n0, n1, n3]) network.discovery.addTicket(ticketFor(network, b));
    await nodes.discoverAll(...networks);
    const key = GroupKey.fromSecret("multi-auth-group-secret");
    const tickets = [a, b].map(({ issuer, secret }) => validatorFor(secret, issuer));
    const groups = networks.map((network) => join(network, key, ...tickets));
    await twoOfFour(nodes, networks, groups);
  });
});
