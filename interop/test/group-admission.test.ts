import type { GroupEvent } from "mosaik";
import { describe, expect, it } from "vitest";
import { createNodeRuntime } from "../../packages/mosaik/src/runtime/index.js";
import { wrongProofTransport } from "./wrong-proof-transport.js";
import { agreeAt, becomes, Members, SOON_MS, united, type TsMember } from "./group-members.js";
import { HS256 } from "./jwt.js";
import { obstacle, until, useLanguages } from "./setup.js";

const GROUPS_ALPN = "/mosaik/groups/1";
const ZEROS = "00".repeat(32);

type Refused = Extract<GroupEvent, { kind: "refused" }>;

/** The refusals of a peer that a member has told of. */
function refusals({ events }: TsMember, peer: string): Refused[] {
  return events.filter((event): event is Refused => event.kind === "refused" && event.peer.hex === peer);
}

async function refused(member: TsMember, peer: string, code: number, by: Refused["by"]): Promise<void> {
  const isMeant = (refusal: Refused): boolean => refusal.code === code && refusal.by === by;
  await until(SOON_MS, () => refusals(member, peer).some(isMeant), `a refusal with ${code} by ${by}`);
}

describe.skipIf(obstacle !== undefined)("admission to groups of TypeScript and Rust", () => {
  const context = useLanguages();

  it("another secret is another group: both lead alone, and neither dials the other", async () => {
    const members = new Members(context.languages, "secrets");
    const [ours, theirs] = [await members.ts({ secret: "one" }), await members.rust({ secret: "two" })];
    expect(ours.groupId).not.toBe(theirs.groupId);
    for (const member of [ours, theirs]) await becomes(member, "leadership", ({ isLeader }) => isLeader);
    expect([ours.state?.bonds, theirs.state?.bonds]).toEqual([[], []]);
    expect(refusals(ours, theirs.peer)).toEqual([]);
  });

  it("Rust refuses our wrong proof with 30405, and we give up until something changes", async () => {
    const members = new Members(context.languages, "wrong proof of ours");
    const theirs = await members.rust();
    const runtime = await createNodeRuntime({ wrapTransport: wrongProofTransport });
    const ours = await members.ts({ runtime });
    expect(ours.groupId).toBe(theirs.groupId);
    await refused(ours, theirs.peer, 30405, "peer");
    expect([ours.state?.bonds, theirs.state?.bonds ?? []]).toEqual([[], []]);
  });

  it("we refuse a proof that is none with 30405, an unknown group with 30404, another network with 101, strangers with 401", async () => {
    const members = new Members(context.languages, "raw");
    const ours = await members.ts();
    const stranger = await members.languages.rustNode("raw");
    await stranger.syncWith(ours.addr);
    const network = ours.network.id.hex;
    const close = async (start: string) => {
      const raw = await stranger.rawDial(ours.addr, GROUPS_ALPN);
      await raw.send(start);
      return raw.closed();
    };
    expect(await close(network + ours.groupId + ZEROS + "00")).toMatchObject({
      by: "peer",
      code: 30405,
      reason: "InvalidProof",
    });
    expect(await close(network + ZEROS + ZEROS + "00")).toMatchObject({
      by: "peer",
      code: 30404,
      reason: "GroupNotFound",
    });
    expect(await close(ZEROS + ours.groupId + ZEROS + "00")).toMatchObject({ by: "peer", code: 101 });
    expect(await close("ff")).toMatchObject({ by: "peer", code: 400 });
    await refused(ours, stranger.id, 30405, "us");

    const nobody = await members.languages.rust.rawDial(ours.addr, GROUPS_ALPN, "nobody knows it");
    await nobody.send(network + ours.groupId + ZEROS + "00");
    expect(await nobody.closed()).toMatchObject({ by: "peer", code: 401 });
  });

  it("we refuse a second bond with 30429, and keep the first", async () => {
    const members = new Members(context.languages, "second");
    const [ours, theirs] = [await members.ts(), await members.rust()];
    await united(members.all);
    const raw = await theirs.node.rawDial(ours.addr, GROUPS_ALPN);
    await raw.send(ours.network.id.hex + ours.groupId + ZEROS + "00");
    expect(await raw.closed()).toMatchObject({ by: "peer", code: 30429, reason: "AlreadyBonded" });
    expect(theirs.state?.bonds).toEqual([ours.peer]);
  });

  it("Rust without a ticket is refused by us with 30403, and admitted once it has one", async () => {
    const members = new Members(context.languages, "tickets of Rust");
    const ours = await members.ts({ tickets: "held" });
    const theirs = await members.rust({ tickets: "required" });
    expect(ours.groupId).toBe(theirs.groupId);
    await refused(ours, theirs.peer, 30403, "us");
    await theirs.node.addTicket(await theirs.node.issueTicket({ ...HS256.issue, expiresInMs: 3_600_000 }));
    await united(members.all);
    expect(await theirs.execute([1])).toEqual({ start: 1, end: 1 });
    expect(await agreeAt(members.all, 1)).toBe(1);
  });

  it("we without a ticket are refused by Rust with 30403, and admitted once we have one", async () => {
    const members = new Members(context.languages, "tickets of ours");
    const theirs = await members.rust({ tickets: "held" });
    const ours = await members.ts({ tickets: "required" });
    await refused(ours, theirs.peer, 30403, "peer");
    ours.network.discovery.addTicket(HS256.ticketFor(ours.network));
    await united(members.all);
    expect(await ours.execute([1])).toEqual({ start: 1, end: 1 });
    expect(await agreeAt(members.all, 1)).toBe(1);
  });

  it("a ticket that is taken away ends the bond with 30403, in both directions", async () => {
    const members = new Members(context.languages, "revocation", { tickets: "held" });
    const [ours, theirs] = [await members.ts(), await members.rust()];
    await united(members.all);
    const [ticket] = (await theirs.node.me()).entry.tickets;
    await theirs.node.removeTicketsOf(ticket!.class);
    expect((await theirs.group.bondEnded(ours.peer)).code).toBe(30403);
    for (const member of members.all) await becomes(member, "no bond", ({ bonds }) => bonds.length === 0);

    await theirs.node.addTicket(ticket!);
    await united(members.all);
    const mark = theirs.process.events.mark();
    ours.network.discovery.removeTicketsOf(ticket!.class);
    expect((await theirs.group.bondEnded(ours.peer, { since: mark })).code).toBe(30403);
    await becomes(ours, "no bond", ({ bonds }) => bonds.length === 0);
  });

  it("tickets that expire end the bond with 30403", async () => {
    const members = new Members(context.languages, "expiry");
    const ours = await members.ts({ tickets: "held" });
    const theirs = await members.rust({ tickets: "required" });
    await theirs.node.addTicket(await theirs.node.issueTicket({ ...HS256.issue, expiresInMs: 6_000 }));
    await united(members.all);
    expect((await theirs.group.bondEnded(ours.peer)).code).toBe(30403);
  });

  it("leaving is seen at once, in both directions", async () => {
    const members = new Members(context.languages, "leaving");
    const [ours, theirs] = [await members.ts(), await members.rust()];
    await united(members.all);
    await ours.leave();
    expect((await theirs.group.bondEnded(ours.peer)).code).toBe(102);
    // Our entry no longer lists the group: Rust does not dial.
    const listsGroup = async (): Promise<boolean> => {
      const entry = (await theirs.node.catalog()).find(({ id }) => id === ours.peer);
      return entry?.groups.includes(ours.groupId) ?? false;
    };
    while (await listsGroup());
    await becomes(theirs, "leadership", ({ isLeader, online }) => isLeader && online);

    const again = await members.ts();
    await united([theirs, again], theirs);
    await theirs.leave();
    await becomes(again, "no bond", ({ bonds }) => bonds.length === 0, 1000);
    // Its entry still lists the group: we dial, and are told.
    await refused(again, theirs.peer, 30404, "peer");
    await becomes(again, "leadership", ({ isLeader, online }) => isLeader && online);
  });
});
