import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run } from "./command.js";

interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly zstd: string;
  readonly quote: string;
  readonly reportData: string;
}

const VECTORS = fileURLToPath(new URL("../../mosaik/test/vectors/tdx.json", import.meta.url));
/** Quotes of hardware, where they are. */
const SAMPLES = fileURLToPath(new URL("../../../../shared/fixtures/tdx/dcap-qvl/", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "mosaik-tdx-"));
const file = (name: string): string => join(folder, name);
const { cases } = JSON.parse(readFileSync(VECTORS, "utf8")) as { cases: Vector[] };
/** Of Rust, and signed by a key that only the quote itself has. */
const forged = cases.find(({ kind }) => kind === "ticket")!;
const inspect = (...args: string[]) => run(["tdx", "inspect", ...args]);

beforeAll(buildCommand);
afterAll(() => rmSync(folder, { recursive: true }));

describe("mosaik tdx inspect", () => {
  it("says what a ticket holds, and exits with 4 where nothing vouches for its quote", async () => {
    writeFileSync(file("ticket.hex"), `${forged.zstd}\n`);
    const { exitCode, stdout, stderr } = await inspect(file("ticket.hex"), "--json");
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/not proved to be of genuine hardware: 134 bytes of signature, not 0/);
    expect(JSON.parse(stdout)).toMatchObject({
      peer: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      expires: "never",
      version: 4,
      mrtd: expect.stringMatching(/^91eb/) as string,
      reportData: forged.reportData.padEnd(128, "0"),
      genuine: false,
    });
  });

  it("takes a bare quote, as bytes, from standard input", async () => {
    writeFileSync(file("quote"), Buffer.from(forged.quote, "hex"));
    const ofFile = await inspect(file("quote"));
    expect(ofFile).toMatchObject({ exitCode: 4, stdout: expect.stringMatching(/^version +4$/m) as string });
    expect(ofFile.stdout).not.toMatch(/^peer/m);
    expect((await run(["tdx", "inspect", "-"], { stdin: forged.quote })).stdout).toBe(ofFile.stdout);
  });

  it("refuses what is neither, and a file, a time and collateral that are none", async () => {
    writeFileSync(file("text"), "hello");
    writeFileSync(file("quote"), Buffer.from(forged.quote, "hex"));
    expect(await inspect(file("text"))).toMatchObject({ exitCode: 4, stdout: "" });
    expect(await inspect(file("nothing"))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/nothing: ENOENT/) as string,
    });
    expect(await inspect(file("quote"), "--at", "noon")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/noon is no time/) as string,
    });
    expect(await inspect(file("quote"), "--collateral", file("text"))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(file("text")) as string,
    });
  });

  it.skipIf(!existsSync(SAMPLES))("proves a quote of hardware, in full with collateral", async () => {
    const [quote, at] = [join(SAMPLES, "tdx_quote"), "2025-06-25T00:00:00Z"];
    const toTheRoot = await inspect(quote, "--at", at);
    expect(toTheRoot).toMatchObject({ exitCode: 0, stderr: "" });
    expect(toTheRoot.stdout).toMatch(/^status +not looked at: no collateral$/m);
    const inFull = await inspect(quote, "--at", at, "--collateral", `${quote}_collateral.json`, "--json");
    expect(JSON.parse(inFull.stdout)).toMatchObject({ genuine: true, family: "b0c06f000000", status: "UpToDate" });
    expect(await inspect(quote, "--collateral", `${quote}_collateral.json`)).toMatchObject({
      exitCode: 4,
      stderr: expect.stringMatching(/out of date/) as string,
    });
  });
});

describe("mosaik tdx build", () => {
  it("says what is wrong before it fetches anything", async () => {
    const build = (...args: string[]) => run(["tdx", "build", ...args, "--lock", file("lock.json")]);
    expect(await build(file("missing.mjs"))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("missing.mjs") as string,
    });
    writeFileSync(file("main.mjs"), "console.log(1);\n");
    for (const [args, reason] of [
      [["--env", "ROLE"], /ROLE/],
      [["--memory", "much"], /much/],
      [["--ssh-key", "no key"], /no key/],
      [["--extra-file", "one"], /one/],
    ] as const) {
      const { exitCode, stderr } = await build(file("main.mjs"), ...args);
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(reason)]);
    }
    expect(existsSync(file("lock.json"))).toBe(false);
  });

  it("does nothing where TDX_IMAGE_SKIP is 1", async () => {
    const skipped = await run(["tdx", "build", file("missing.mjs")], { env: { TDX_IMAGE_SKIP: "1" } });
    expect(skipped.exitCode).toBe(0);
  });
});
