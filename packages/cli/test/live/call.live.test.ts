import { ApplicationError, Digest, func, t } from "mosaik";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run, start } from "../command.js";
import { joining, useNodes } from "../node.js";

const nodes = useNodes();
beforeAll(buildCommand);

const NETWORK = "command-calls";
const Greet = func("greet", { request: t.json<string>(), response: t.json<unknown>() });
const Upper = func({ request: t.string, response: t.string, error: t.string });
const STRINGS = ["--request", "string", "--response", "string", "--error", "string"];

describe("mosaik call", () => {
  it("prints the answer, for people and for scripts", async () => {
    const node = await nodes.join(NETWORK);
    Greet.handle(node, (name) => ({ hello: name }));
    const plain = await run(["call", "greet", '"bob"', ...joining(NETWORK, node)]);
    expect(plain).toMatchObject({ exitCode: 0, stdout: '{"hello":"bob"}\n', stderr: "" });
    const json = await run(["call", "greet", "-", "--json", ...joining(NETWORK, node)], { stdin: '"eve"\n' });
    expect(JSON.parse(json.stdout)).toEqual({ response: { hello: "eve" }, tookMs: expect.any(Number) as number });
  });

  it("finds a function by its types", async () => {
    const node = await nodes.join(NETWORK);
    Upper.handle(node, (text) => text.toUpperCase());
    const { stdout, exitCode } = await run(["call", ".", '"bob"', ...STRINGS, ...joining(NETWORK, node)]);
    expect({ stdout, exitCode }).toEqual({ stdout: '"BOB"\n', exitCode: 0 });
  });

  it("exits with 6 for an error of the function, and prints it", async () => {
    const node = await nodes.join(NETWORK);
    Upper.handle(node, () => {
      throw new ApplicationError("no text");
    });
    const args = ["call", ".", '"bob"', ...STRINGS, ...joining(NETWORK, node)];
    expect(await run(args)).toMatchObject({
      exitCode: 6,
      stdout: "",
      stderr: 'error: the function answered with an error: "no text"\n',
    });
    expect(await run([...args, "--json"])).toMatchObject({ exitCode: 6, stdout: '{"error":"no text"}\n' });
  });

  it("exits with 5 where no answer comes by the deadline, and says what is not known", async () => {
    const node = await nodes.join(NETWORK);
    Greet.handle(node, () => new Promise(() => undefined));
    const { exitCode, stderr } = await run(["call", "greet", "1", "-d", "300ms", ...joining(NETWORK, node)]);
    expect(exitCode).toBe(5);
    expect(stderr).toContain("It is not known whether the function has run.");
  });

  it("exits with 3 where nobody handles it, 4 where it is refused, 2 where it cannot be understood", async () => {
    const node = await nodes.join(NETWORK);
    const nobody = await run(["call", "greet", "1", "-t", "300ms", ...joining(NETWORK, node)]);
    expect(nobody.exitCode).toBe(3);
    expect(nobody.stderr).toContain(Digest.from("greet").hex);
    Greet.handle(node, () => "", { requireCaller: () => false });
    expect(await run(["call", "greet", "1", "-d", "1s", ...joining(NETWORK, node)])).toMatchObject({ exitCode: 4 });
    expect(await run(["call", "greet", ...joining(NETWORK, node)])).toMatchObject({ exitCode: 2 });
    expect(await run(["call", "greet", "{", ...joining(NETWORK, node)])).toMatchObject({ exitCode: 2 });
  });

  it("calls the peer that is named", async () => {
    const node = await nodes.join(NETWORK);
    const other = await nodes.join(NETWORK, { discovery: { bootstrap: [node.local.address()] } });
    for (const one of [node, other]) Greet.handle(one, () => one.local.id.hex);
    for (const { local } of [node, other]) {
      const args = ["call", "greet", "1", "--peer", local.id.short(), ...joining(NETWORK, node)];
      expect((await run(args)).stdout).toContain(local.id.hex);
    }
  });

  it("gives the call up when it is interrupted", async () => {
    const node = await nodes.join(NETWORK);
    const given = new Promise<void>((resolve) => {
      Greet.handle(node, async (_, { signal }) => {
        command.signal("SIGINT");
        await new Promise((aborted) => signal.addEventListener("abort", aborted));
        resolve();
        return "";
      });
    });
    const command = start(["call", "greet", "1", ...joining(NETWORK, node)]);
    await given;
    expect(await command.finished()).toMatchObject({ exitCode: 130, stdout: "", stderr: "" });
  });
});
