import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AttestationError, openTsm } from "../../../src/tee/index.js";
import { TsmSource } from "../../../src/tee/guest/tsm-source.js";
import { requestReport, type TsmFiles } from "../../../src/tee/guest/tsm-report.js";
import { Simulator } from "../../../src/testing/index.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const systemError = (code: string): Error => Object.assign(new Error(`${code}: as the system says it`), { code });

interface KernelOptions {
  readonly provider?: string;
  readonly noDirectory?: string;
  /** What the count of requests is raised by. */
  readonly step?: number;
  readonly generation?: string;
  readonly report?: (reportData: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  readonly unwritable?: boolean;
}

/** Stands for configfs-tsm: making a folder makes its files, and what is written is counted. */
class Kernel implements TsmFiles {
  readonly folders = new Map<string, { generation: number; inblob: Uint8Array }>();
  readonly removed: string[] = [];
  readonly #options: KernelOptions;

  constructor(options: KernelOptions = {}) {
    this.#options = options;
  }

  makeDirectory(path: string): Promise<void> {
    const code = this.#options.noDirectory ?? (this.folders.has(path) ? "EEXIST" : undefined);
    if (code !== undefined) return Promise.reject(systemError(code));
    this.folders.set(path, { generation: 4, inblob: new Uint8Array() });
    return Promise.resolve();
  }

  removeDirectory(path: string): Promise<void> {
    this.removed.push(path);
    this.folders.delete(path);
    return Promise.resolve();
  }

  async read(path: string): Promise<Uint8Array> {
    const [folder, name] = [path.slice(0, path.lastIndexOf("/")), path.slice(path.lastIndexOf("/") + 1)];
    const state = this.folders.get(folder);
    if (state === undefined) throw systemError("ENOENT");
    if (name === "provider") return text(`${this.#options.provider ?? "tdx_guest"}\n`);
    if (name === "generation") return text(this.#options.generation ?? `${state.generation}\n`);
    if (name !== "outblob") throw systemError("ENOENT");
    return (this.#options.report ?? ((data) => data))(state.inblob);
  }

  write(path: string, content: Uint8Array): Promise<void> {
    if (this.#options.unwritable) return Promise.reject(systemError("EBUSY"));
    const state = this.folders.get(path.replace(/\/inblob$/, ""))!;
    state.inblob = content;
    state.generation += this.#options.step ?? 1;
    return Promise.resolve();
  }
}

const reportData = new Uint8Array(64).fill(7);

function outcome(kernel: Kernel): Promise<string> {
  const request = requestReport({ files: kernel, directory: "/tsm", name: "n", provider: "tdx_guest", reportData });
  return request.then(
    (report) => `a report of ${report.length} bytes`,
    (error: unknown) => {
      if (error instanceof AttestationError) return `${error.code}: ${error.message}`;
      throw error;
    },
  );
}

describe("a report through configfs-tsm", () => {
  it("is what the kernel makes of the report data, and leaves nothing behind", async () => {
    const kernel = new Kernel({ report: (data) => Uint8Array.of(...data, 1) });
    expect(await outcome(kernel)).toBe("a report of 65 bytes");
    expect([kernel.folders.size, kernel.removed]).toEqual([0, ["/tsm/n"]]);
  });

  it.each([
    ["no configfs", { noDirectory: "ENOENT" }, "unavailable: there is no /tsm: this is no confidential guest"],
    ["no provider", { noDirectory: "ENXIO" }, "unavailable: this is no confidential guest: the kernel has no provider"],
    ["not root", { noDirectory: "EACCES" }, "unavailable: /tsm may not be written to"],
    ["a folder that is there", { noDirectory: "EEXIST" }, "unavailable: /tsm: EEXIST"],
    [
      "another hardware",
      { provider: "sev_guest" },
      "unavailable: this machine is a guest of sev_guest, not of tdx_guest",
    ],
    ["a count that jumps", { step: 2 }, "quoteFailed: another program wrote to the same request"],
    ["a count that stays", { step: 0 }, "quoteFailed: another program wrote to the same request"],
    ["a count that is none", { generation: "many" }, "quoteFailed: the kernel's count of requests is no number: many"],
    ["an empty quote", { report: () => new Uint8Array() }, "quoteFailed: the quote is empty"],
    ["a kernel that is busy", { unwritable: true }, "quoteFailed: the kernel made no quote: EBUSY"],
    [
      "a host that fails",
      { report: () => Promise.reject(systemError("EIO")) },
      "quoteFailed: the kernel made no quote: EIO",
    ],
  ] as [string, KernelOptions, string][])("says why there is none: %s", async (_, options, reason) => {
    const kernel = new Kernel(options);
    expect(await outcome(kernel)).toContain(reason);
    expect(kernel.folders.size).toBe(0);
  });
});

describe("a source of quotes", () => {
  function sourceOf(kernel: Kernel, sim = new Simulator({ seed: 1 })): TsmSource {
    let drawn = 0;
    const random = (length: number): Uint8Array => new Uint8Array(length).fill(++drawn);
    const runtime = sim.runtime("guest");
    const after = (delayMs: number, task: () => void): (() => void) => runtime.after(delayMs, task);
    return new TsmSource({ files: kernel, random, after }, { directory: "/tsm" });
  }

  it("asks for one after the other, each under a name of its own", async () => {
    let open = 0;
    let most = 0;
    const kernel = new Kernel({
      report: async (data) => {
        most = Math.max(most, ++open);
        await Promise.resolve();
        open--;
        return data;
      },
    });
    const source = sourceOf(kernel);
    const quotes = await Promise.all([1, 2, 3].map((fill) => source.quote(new Uint8Array(64).fill(fill))));
    expect(quotes.map(([first]) => first)).toEqual([1, 2, 3]);
    expect(most).toBe(1);
    expect(kernel.removed).toEqual(["01", "02", "03"].map((byte) => `/tsm/mosaik-${byte.repeat(8)}`));
  });

  it("goes on after one that failed", async () => {
    let count = 0;
    const source = sourceOf(new Kernel({ report: (data) => (count++ === 0 ? new Uint8Array() : data) }));
    await expect(source.quote(reportData)).rejects.toMatchObject({ code: "quoteFailed" });
    expect(await source.quote(reportData)).toEqual(reportData);
  });

  it("gives up on a host that does not answer, and does not ask it again meanwhile", async () => {
    const sim = new Simulator({ seed: 1 });
    const kernel = new Kernel({ report: () => new Promise(() => {}) });
    const source = sourceOf(kernel, sim);
    const [first, second] = [source.quote(reportData), source.quote(reportData)].map((quote) =>
      quote.catch((error: AttestationError) => error.message),
    );
    await sim.advance(60_000);
    expect(await first).toBe("the host made no quote within 60000 ms");
    expect(await second).toBe("the host made no quote within 60000 ms");
    expect(kernel.folders.size).toBe(1);
  });

  it("obeys a signal", async () => {
    const source = sourceOf(new Kernel({ report: () => new Promise(() => {}) }));
    const reason = new Error("enough");
    await expect(source.quote(reportData, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const quote = source.quote(reportData, controller.signal);
    controller.abort(reason);
    await expect(quote).rejects.toBe(reason);
  });

  it("uses the files of the system", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mosaik-tsm-"));
    try {
      // A folder of a disk, where making one makes no files.
      const onDisk = openTsm({ directory }).quote(reportData);
      await expect(onDisk).rejects.toMatchObject({
        code: "quoteFailed",
        message: expect.stringContaining("ENOENT") as string,
      });
      expect(await readdir(directory)).toEqual([]);
      const nowhere = openTsm({ directory: join(directory, "missing") }).quote(reportData);
      await expect(nowhere).rejects.toMatchObject({ code: "unavailable" });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
