import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatAddress, stream, t } from "mosaik";
import { rtmr1Of } from "mosaik/tee/measure";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run } from "../command.js";
import { useNodes } from "../node.js";
import { readEventLog, replayed } from "./event-log.js";
import { Machine } from "./machine.js";

/** What an image is built of, where `scripts/live-tests.mjs` has got it. */
const LOCK = process.env["MOSAIK_TEST_IMAGE_LOCK"];
const hasTpm = spawnSync("swtpm", ["--version"]).error === undefined;
if (LOCK === undefined) console.log("skipped: guests are not started here (QEMU, and what images are built of)");
else if (!hasTpm) console.log("skipped: what a firmware measures takes swtpm");

const GUEST = fileURLToPath(new URL("../../../../examples/trusted-execution/guest.mjs", import.meta.url));
const MEASURED = fileURLToPath(new URL("measured.mjs", import.meta.url));
const NETWORK = "guests";
const Readings = stream("trusted-execution.readings", t.struct("demo::Reading", { number: t.u32, celsius: t.f64 }));

describe.skipIf(LOCK === undefined)("an image of mosaik tdx build", () => {
  const nodes = useNodes();
  let folder: string;

  beforeAll(async () => {
    await buildCommand();
    folder = await mkdtemp(join(tmpdir(), "mosaik-guest-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function build(
    out: string,
    entry: string,
    args: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<string> {
    const cache = process.env["MOSAIK_CACHE"];
    const words = ["tdx", "build", entry, "--lock", LOCK!, "--out", join(folder, out), "--quiet", ...args];
    const finished = await run(words, { env: { ...(cache !== undefined && { MOSAIK_CACHE: cache }), ...env } });
    expect(finished).toMatchObject({ stderr: "", exitCode: 0 });
    return finished.stdout;
  }

  it("boots; its node joins a network on the host, streams and leaves; built again it is the same", async () => {
    const host = await nodes.join(NETWORK);
    const consumer = Readings.consumer(host);
    const departed = (async () => {
      for await (const event of host.discovery.events()) if (event.kind === "peerDeparted") return event;
      return undefined;
    })();
    const port = /:(\d+)$/.exec(formatAddress(host.local.address()))![1];
    const bootstrap = `${host.local.id.hex}@10.0.2.2:${port}`;
    const args = ["--arg", NETWORK, "--arg", bootstrap, "--arg", "7"];
    await build("demo", GUEST, args);
    await using guest = new Machine(join(folder, "demo", "guest-run-qemu.sh"), [], { MEMORY: "2G" });
    const id = /joined as ([0-9a-f]{64})/.exec(await guest.line(/^joined as/))![1];
    for (let number = 1; number <= 7; number++) {
      expect(await consumer.recv()).toEqual({ number, celsius: 20 + number / 10 });
    }
    expect(await departed).toMatchObject({ reason: "left" });
    expect((await departed)!.peer.hex).toBe(id);
    await guest.off();
    expect(guest.lines).toEqual(
      expect.arrayContaining([
        "=== TDX Guest Init ===",
        "Starting workload: guest",
        "no guest of Intel TDX: this node proves nothing",
        "sent 7 readings",
        "left",
        "Workload ended: 0",
      ]),
    );

    // Built again, elsewhere, it is the same byte for byte.
    await mkdir(join(folder, "again", "deeper"), { recursive: true });
    await build("again/deeper", GUEST, args, { TZ: "Asia/Tokyo", LC_ALL: "tr_TR.UTF-8" });
    const files = await readdir(join(folder, "demo"));
    expect(files.sort()).toEqual([
      "guest-initramfs.cpio.zst",
      "guest-launch-tdx.sh",
      "guest-manifest.json",
      "guest-mrtd.qemu8.hex",
      "guest-mrtd.qemu9.hex",
      "guest-ovmf.fd",
      "guest-rtmr1.hex",
      "guest-rtmr2.hex",
      "guest-run-qemu.sh",
      "guest-vmlinuz",
    ]);
    for (const file of files) {
      const both = await Promise.all(["demo", "again/deeper"].map((place) => readFile(join(folder, place, file))));
      expect([file, both[0]!.equals(both[1]!)]).toEqual([file, true]);
    }
  });

  it.skipIf(!hasTpm)("is measured by its firmware and kernel as was foretold", async () => {
    await build("measured", MEASURED, ["--memory", "4G"]);
    const image = (file: string): string => join(folder, "measured", `measured-${file}`);
    await using tpm = await SoftwareTpm.start(join(folder, "tpm"));
    await using guest = new Machine(image("run-qemu.sh"), tpm.devices, { OVMF: image("ovmf.fd") });
    await guest.off();
    // How the program ended is said, whatever it was.
    expect(guest.lines).toContain("Workload ended: 7");
    const told = (what: string): string[] =>
      guest.lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
    const pcr = new Map(told("pcr").map((line) => line.split(" ") as [string, string]));
    const events = readEventLog(Buffer.concat(told("log").map((line) => Buffer.from(line, "base64"))));
    const digestsOf = (...pcrs: number[]): Buffer[] =>
      events.filter((event) => pcrs.includes(event.pcr)).map(({ digest }) => digest);
    // The log is the whole truth: replayed, it gives what the registers hold.
    for (const number of [4, 5, 9]) expect(replayed(digestsOf(number))).toBe(pcr.get(String(number)));

    // RTMR2 is of what goes to the registers from 8 on.
    expect(pcr.get("9")).toBe(await readFile(image("rtmr2.hex"), "latin1"));
    // RTMR1 is of what goes to those from 2 to 6; a TPM has a separator for each of them, a TD one.
    const separator = replayedSeparator();
    const separators = digestsOf(2, 3, 4, 5, 6).filter((digest) => digest.equals(separator));
    const others = digestsOf(2, 3, 4, 5, 6).filter((digest) => !digest.equals(separator));
    expect([separators.length, others.length]).toEqual([5, 4]);
    const [kernel, starting, leaving, left] = others as [Buffer, Buffer, Buffer, Buffer];
    const foretold = await readFile(image("rtmr1.hex"), "latin1");
    expect(replayed([kernel, starting, separator, leaving, left])).toBe(foretold);
    const boot = { memoryBytes: 4 * 2 ** 30, initramfsBytes: (await readFile(image("initramfs.cpio.zst"))).length };
    const before = rtmr1Of(await readFile(image("vmlinuz")), boot, "before202411");
    expect(replayed([kernel, starting, leaving, left])).toBe(Buffer.from(before).toString("hex"));
  });
});

/** SHA-384 of four zero bytes. */
function replayedSeparator(): Buffer {
  return Buffer.from(
    "394341b7182cd227c5c6b07ef8000cdfd86136c4292b8e576573ad7ed9ae41019f5818b4b971c9effc60e1ad9f1289f0",
    "hex",
  );
}

/** A TPM in software, which QEMU gives to a guest. */
class SoftwareTpm implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #socket: string;

  private constructor(child: ChildProcess, socket: string) {
    this.#child = child;
    this.#socket = socket;
  }

  static async start(state: string): Promise<SoftwareTpm> {
    await mkdir(state);
    const socket = join(state, "socket");
    const control = `type=unixio,path=${socket}`;
    const child = spawn("swtpm", [
      "socket",
      "--tpm2",
      "--tpmstate",
      `dir=${state}`,
      "--ctrl",
      control,
      "--flags",
      "startup-clear",
    ]);
    await expect.poll(() => existsSync(socket), { timeout: 10_000 }).toBe(true);
    return new SoftwareTpm(child, socket);
  }

  /** What QEMU has to be told. */
  get devices(): string[] {
    return [
      ...["-chardev", `socket,id=tpm,path=${this.#socket}`],
      ...["-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device", "tpm-tis,tpmdev=tpm0"],
    ];
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    return Promise.resolve();
  }
}
