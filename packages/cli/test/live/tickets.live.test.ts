import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { collection, func, GroupKey, PeerId, t, type Network } from "mosaik";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run } from "../command.js";
import { joining, useNodes } from "../node.js";
import { issuer, members } from "./tickets.mjs";

const NETWORK = "command-tickets";
const MODULE = fileURLToPath(new URL("tickets.mjs", import.meta.url));
const REQUIRED = ["--require-ticket", `${MODULE}#members`];

describe("what only ticket holders may take part in", () => {
  const nodes = useNodes();
  let folder: string;
  /** The options by which the command is somebody whom the members admit. */
  let admitted: string[];

  beforeAll(async () => {
    await buildCommand();
    folder = await mkdtemp(join(tmpdir(), "mosaik-tickets-"));
    const [keyFile, ticketFile] = [join(folder, "node.key"), join(folder, "node.ticket")];
    const { stdout } = await run(["key", "new", "--out", keyFile, "--json"]);
    const { public: id } = JSON.parse(stdout) as { public: string };
    const ticket = issuer.issue(PeerId.from(id), Date.now());
    await writeFile(ticketFile, ticket.data, { mode: 0o600 });
    admitted = ["--secret-key-file", keyFile, "--ticket-file", ticketFile];
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Two nodes with tickets: what they share is there without the command. */
  async function pair(): Promise<[Network, Network]> {
    const first = await nodes.join(NETWORK);
    const second = await nodes.join(NETWORK, { discovery: { bootstrap: [first.local.address()] } });
    for (const node of [first, second]) node.discovery.addTicket(issuer.issue(node.local.id, Date.now()));
    return [first, second];
  }

  it("is a collection that is read and written", async () => {
    const [first, second] = await pair();
    const Prices = collection.map("prices", t.string, t.u64, { requireTicket: members });
    Prices.reader(second);
    const prices = await Prices.onlineWriter(first);
    await prices.insert("eth", 3000n);
    const here = ["prices", "--value", "u64", ...joining(NETWORK, first)];
    expect(await run(["get", ...here, ...REQUIRED, ...admitted])).toMatchObject({
      exitCode: 0,
      stdout: '"eth"  3000\n',
    });
    expect(
      await run(["put", ...here.slice(0, 3), "btc", "90000", ...here.slice(3), ...REQUIRED, ...admitted]),
    ).toMatchObject({ exitCode: 0 });
    expect(prices.get("btc")).toBe(90_000n);
    expect(await run(["get", ...here, ...REQUIRED]), "without a ticket").toMatchObject({ exitCode: 4 });
    expect(await run(["get", ...here, ...admitted, "-t", "1s"]), "another id").toMatchObject({ exitCode: 3 });
  });

  it("is a group that is looked at", async () => {
    const both = await pair();
    const groups = both.map((node) => node.groups.join({ key: GroupKey.fromSecret("s3cret"), tickets: members }));
    for (const group of groups) await group.when().online();
    const env = { MOSAIK_GROUP_SECRET: "s3cret" };
    const look = ["group", ...joining(NETWORK, both[0])];
    const { exitCode, stdout, stderr } = await run([...look, ...REQUIRED, ...admitted], { env });
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(groups[0]!.id.hex);
    expect(await run([...look, ...REQUIRED], { env }), "without a ticket").toMatchObject({ exitCode: 4 });
  });

  it("is a function that is called", async () => {
    const [first] = await pair();
    const types = { request: t.string, response: t.string };
    func("secret", types, { requireCallerTicket: members }).handle(first, (name) => `the secret of ${name}`);
    const call = ["call", "secret", '"bob"', "--request", "string", "--response", "string"];
    const ticket = ["--require-caller-ticket", `${MODULE}#members`];
    const here = joining(NETWORK, first);
    const answered = await run([...call, ...ticket, ...admitted, ...here]);
    expect(answered).toMatchObject({ exitCode: 0, stdout: '"the secret of bob"\n' });
    expect(await run([...call, ...ticket, ...here]), "without a ticket").toMatchObject({ exitCode: 4 });
    const wrong = ["--require-caller-ticket", `${MODULE}#visitors`, "-t", "1s"];
    expect(await run([...call, ...wrong, ...admitted, ...here]), "another id").toMatchObject({ exitCode: 3 });
  });

  it.each([
    ["members", "names no module"],
    [`${MODULE}#issuer`, "exports no ticket validator issuer"],
    [`${MODULE}#member`, "Did you mean members?"],
  ])("exits with 2 for %s: %s", async (validator, reason) => {
    const args = ["get", "prices", "--network", NETWORK, "--no-relay", "--no-dht", "--require-ticket", validator];
    const { exitCode, stderr } = await run(args);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });
});
