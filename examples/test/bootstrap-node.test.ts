import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Example, type ExampleProcess } from "./example-process.js";

const example = new Example("bootstrap-node");
const [bootstrap, ada, bob] = example.commands as [string, string, string];
const unit = fileURLToPath(new URL("../bootstrap-node/mosaik-bootstrap.service", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/bootstrap-`);
});
afterEach(async () => {
  await example.killAll();
  rmSync(folder, { recursive: true });
});

const key = (): string => `${folder}/identity.key`;
const start = (listen = "127.0.0.1:0"): ExampleProcess =>
  example.start(`${bootstrap} --listen ${listen} --key ${key()}`);

describe("examples/bootstrap-node, as its README tells", () => {
  it("brings a chat together, which goes on when it is killed, and has the same identity and address when it is started again", async () => {
    const node = start();
    const PEER = await node.address();
    expect(statSync(key()).mode & 0o777).toBe(0o600);
    const chat = [ada, bob].map((command) => example.start(command, { PEER }));
    const [first, second] = chat as [ExampleProcess, ExampleProcess];
    await Promise.all(chat.flatMap((one) => [one.line(/^\* ada is here$/), one.line(/^\* bob is here$/)]));
    await node.line(/, 2 known$/);
    await node.kill("SIGKILL");
    first.type("still there?");
    await second.line(/^ada: still there\?$/);

    const again = start(PEER.split("@")[1]);
    expect(await again.address()).toBe(PEER);
    await again.line(/^\+ .*, 2 known$/);
    expect(await second.kill("SIGINT")).toBe(0);
    await again.line(/^- .*, 1 known$/);
    expect(await again.kill("SIGTERM")).toBe(0);
    expect(again.lines.at(-1)).toBe("left");
    expect(again.stderr).toBe("");
  });

  it("tells Prometheus whom it knows, at a port of this machine, for as long as it runs", async () => {
    const node = example.start(`${bootstrap} --listen 127.0.0.1:0 --key ${key()}`, { MOSAIK_PROMETHEUS: "0" });
    const PEER = await node.address();
    const [, url] = /^metrics: (http:\/\/127\.0\.0\.1:\d+\/metrics)$/.exec(await node.line(/^metrics: /))!;
    const peersOf = async (): Promise<string | undefined> =>
      /^mosaik_discovery_catalog_size\{.*\} (\d+)$/m.exec(await (await fetch(url!)).text())?.[1];
    expect(await peersOf()).toBe("0");
    const chat = example.start(ada, { PEER });
    await node.line(/^\+ .*, 1 known$/);
    expect(await peersOf()).toBe("1");

    const second = example.start(`${bootstrap} --listen 127.0.0.1:0 --key ${folder}/second.key`, {
      MOSAIK_PROMETHEUS: new URL(url!).host,
    });
    expect(await second.endInput()).toBe(1);
    expect(second.stderr).toContain("cannot serve metrics at");
    expect(await chat.kill("SIGINT")).toBe(0);
    expect(await node.kill("SIGTERM")).toBe(0);
    await expect(fetch(url!)).rejects.toThrow();
  });

  it("takes no key that others can read, nor what is none", async () => {
    writeFileSync(key(), `${"ab".repeat(32)}\n`, { mode: 0o644 });
    chmodSync(key(), 0o644);
    const readable = start();
    expect(await readable.endInput()).toBe(1);
    expect(readable.stderr).toContain(`chmod 600 ${key()}`);
    chmodSync(key(), 0o600);
    writeFileSync(key(), "a word\n");
    const none = start();
    expect(await none.endInput()).toBe(1);
    expect(none.stderr).toContain("has no key of 64 hexadecimal digits");
    const nowhere = example.start(`${bootstrap} --key ${folder}/nowhere/identity.key`);
    expect(await nowhere.endInput()).toBe(1);
    expect(nowhere.stderr).toContain("no key can be put into");
  });

  it("says that its port is taken", async () => {
    const port = (await start().address()).split(":").at(-1)!;
    const second = start(`127.0.0.1:${port}`);
    expect(await second.endInput()).toBe(1);
    expect(second.stderr).not.toBe("");
  });

  it.each(["no port", "70000", "127.0.0.1:"])("says that MOSAIK_PROMETHEUS cannot be %s", async (text) => {
    const process = example.start(`${bootstrap} --key ${key()}`, { MOSAIK_PROMETHEUS: text });
    expect(await process.endInput()).toBe(2);
    expect(process.stderr).toContain(`MOSAIK_PROMETHEUS takes PORT or ADDRESS:PORT, not ${text}`);
  });

  it.each([
    ["", "--network is missing"],
    ["--network x --peer somebody", "--peer takes"],
    ["--network x --fast", "--fast"],
  ])("main.mjs %s: tells what is wrong, and how it is used", async (args, message) => {
    const process = example.start(`node main.mjs ${args}`);
    expect(await process.endInput()).toBe(2);
    expect(process.stderr).toContain(message);
    expect(process.stderr).toContain("node main.mjs --network ID");
  });
});

describe("its service for systemd", () => {
  const text = readFileSync(unit, "utf8");
  const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

  it("runs as a user of its own, that can write to its state only, and is restarted", () => {
    for (const line of ["DynamicUser=yes", "StateDirectory=mosaik-bootstrap", "ProtectSystem=strict", "Restart=always"])
      expect(text.split("\n")).toContain(line);
    const given = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!);
    const env = readFileSync(unit.replace(".service", ".env"), "utf8");
    for (const name of given) if (name !== "STATE_DIRECTORY") expect(env).toContain(`${name}=`);
  });

  it.skipIf(!hasSystemd)("is sound for systemd-analyze, and exposed no further than 2 of 10", () => {
    const copy = `${folder}/mosaik-bootstrap.service`;
    // The program need not be installed where the test runs.
    writeFileSync(copy, text.replace("/usr/bin/node", process.execPath));
    expect(spawnSync("systemd-analyze", ["verify", copy], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
    const security = execFileSync("systemd-analyze", ["security", "--offline=true", copy], { encoding: "utf8" });
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(security)!;
    expect(Number(exposure)).toBeLessThanOrEqual(2);
  });
});
