import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run, start } from "../command.js";
import { joining, useNodes } from "../node.js";

const NETWORK = "command-inputs";

describe("what every command takes to join a network", () => {
  const nodes = useNodes();
  let folder: string;
  beforeAll(async () => {
    await buildCommand();
    folder = await mkdtemp(join(tmpdir(), "mosaik-inputs-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };

  it("makes no identity of what is no key, from a file or the environment", async () => {
    const node = await nodes.join(NETWORK);
    const here = ["peers", ...joining(NETWORK, node)];
    const wrong = await file("wrong.key", "ES256:secret:01\n");
    const ofFile = await run([...here, "--secret-key-file", wrong]);
    expect(ofFile).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ofFile.stderr).toContain(`the secret key in ${wrong} has not 64 hexadecimal digits`);
    expect(ofFile.stderr).not.toContain("ES256:secret");
    expect(await run(here, { env: { MOSAIK_SECRET_KEY: "short" } })).toMatchObject({ exitCode: 2 });
    const key = join(folder, "right.key");
    expect(await run(["key", "new", "--out", key])).toMatchObject({ exitCode: 0 });
    expect(await run([...here, "--secret-key-file", key])).toMatchObject({ exitCode: 0 });
  });

  it("exits with 2 for a bootstrap peer that is none, and for a file that holds no ticket", async () => {
    const node = await nodes.join(NETWORK);
    const bootstrap = await run(["peers", "--network", NETWORK, "--no-relay", "--no-dht", "--bootstrap", "nobody"]);
    expect(bootstrap).toMatchObject({ exitCode: 2, stdout: "" });
    expect(bootstrap.stderr).toContain("Write --bootstrap ID@IP:PORT.");
    const ticket = await run(["peers", ...joining(NETWORK, node), "--ticket-file", await file("no.ticket", "none\n")]);
    expect(ticket).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ticket.stderr).toContain("`mosaik ticket issue --out FILE` makes one.");
  });

  it("is interrupted while a peer that is diagnosed does not answer", async () => {
    const silent: Socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(silent, "listening");
    try {
      const { port } = silent.address();
      const { stdout } = await run(["key", "new", "--json"]);
      const { public: id } = JSON.parse(stdout) as { public: string };
      const network = ["--network", NETWORK, "--no-relay", "--no-dht", "--timeout", "4s"];
      await using diagnose = start(["diagnose", `${id}@127.0.0.1:${port}`, ...network]);
      await diagnose.errorLines.find(/^pinging/);
      const startMs = performance.now();
      expect(await diagnose.interrupt()).toMatchObject({ exitCode: 130, stdout: "" });
      // Without the signal it would wait for the rest of the ping's four seconds.
      expect(performance.now() - startMs).toBeLessThan(2000);
    } finally {
      silent.close();
    }
  });
});
