import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTar } from "../../src/image/archives.js";
import { buildImage, type BuildOptions, type BuiltImage } from "../../src/image/build.js";
import { Inputs } from "../../src/image/inputs.js";
import type { Base, ImageLock, PinnedInput, Role } from "../../src/image/lock.js";
import { bundleProgram } from "../../src/image/program.js";
import { filesOfCpio } from "./cpio-reader.js";
import { debOf, moduleOf, sha256, tgzOf } from "./packages.js";

let folder: string;
let inputs: Inputs;
const lockOf: Partial<Record<Base, ImageLock>> = {};

const OPTIONS: BuildOptions = {
  name: "app",
  program: { code: new TextEncoder().encode("console.log(1)"), addon: undefined },
  args: ["a b"],
  env: { ROLE: "maker" },
  custom: {},
  extraFiles: [],
  kernelModules: [],
  kernelModulesDir: undefined,
  sshKeys: [],
  sshForward: undefined,
  memory: "4G",
  cpus: 2,
  compression: "none",
  bundle: false,
  measure: false,
  firmwareGeneration: undefined,
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mosaik-image-"));
  inputs = new Inputs({ cacheDir: join(folder, "cache") });
  const pinned = async (role: Role, name: string, content: Uint8Array): Promise<PinnedInput> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return { name, role, urls: [path], sha256: sha256(content) };
  };
  const kernel = await pinned(
    "kernel",
    "linux",
    await debOf({
      "boot/vmlinuz-6.12": "a kernel",
      "usr/lib/modules/6.12/kernel/tsm.ko": moduleOf(),
      "usr/lib/modules/6.12/kernel/tdx-guest.ko": moduleOf("tsm"),
      "usr/lib/modules/6.12/kernel/sound.ko": moduleOf(),
    }),
  );
  const node = await pinned("node", "node", await tgzOf({ "package/bin/node": "node itself" }));
  const firmware = await pinned("firmware", "ovmf 2025.02", await debOf({ "usr/share/ovmf/OVMF.fd": "no firmware" }));
  const busybox = await pinned("package", "busybox", await debOf({ "usr/bin/busybox": "box" }));
  const libc = await pinned("package", "libc", await debOf({ "lib/x86_64-linux-gnu/libc.so.6": "libc" }));
  const dropbear = await pinned("package", "dropbear", await debOf({ "usr/sbin/dropbear": "ssh" }));
  const rootfs = await pinned(
    "rootfs",
    "alpine",
    await tgzOf({ "bin/busybox": "box", "bin/sh": { link: "/bin/busybox" }, "lib/ld-musl-x86_64.so.1": "musl" }),
  );
  const apk = await pinned("package", "nodejs", await tgzOf({ ".PKGINFO": "x", "usr/bin/node": "musl node" }));
  lockOf.minimal = { version: 1, base: "minimal", inputs: [busybox, libc, kernel, node, firmware] };
  lockOf.debian = { version: 1, base: "debian", inputs: [busybox, libc, dropbear, kernel, node, firmware] };
  lockOf.alpine = { version: 1, base: "alpine", inputs: [rootfs, apk, kernel] };
});
afterAll(() => rm(folder, { recursive: true }));

const build = (options: Partial<BuildOptions> = {}, base: Base = "minimal"): Promise<BuiltImage> =>
  buildImage(lockOf[base]!, inputs, { ...OPTIONS, ...options });
const contentOf = (image: BuiltImage, file: string): Uint8Array => image.files.get(file)!.content;
const textOf = (image: BuiltImage, file: string): string => Buffer.from(contentOf(image, file)).toString("utf8");
const rootOf = (image: BuiltImage): Map<string, { mode: number; content: string }> =>
  filesOfCpio(contentOf(image, "app-initramfs.cpio"));

describe("an image", () => {
  it("has the kernel, the base, Node, the program, and what begins with it", async () => {
    const image = await build();
    expect([...image.files.keys()]).toEqual([
      "app-vmlinuz",
      "app-initramfs.cpio",
      "app-run-qemu.sh",
      "app-manifest.json",
    ]);
    expect(textOf(image, "app-vmlinuz")).toBe("a kernel");
    const root = rootOf(image);
    expect(root.get("usr/bin/node")).toEqual({ mode: 0o100755, content: "node itself" });
    expect(root.get("opt/app/main.mjs")!.content).toBe("console.log(1)");
    expect(root.get("usr/lib/x86_64-linux-gnu/libc.so.6")!.content).toBe("libc");
    expect(root.get("lib")).toEqual({ mode: 0o120777, content: "usr/lib" });
    expect(root.get("usr/bin/sh") ?? root.get("bin/sh")).toEqual({ mode: 0o120777, content: "/bin/busybox" });
    expect([...root.keys()].filter((path) => path.endsWith(".ko"))).toEqual([
      "usr/lib/modules/tdx_guest.ko",
      "usr/lib/modules/tsm.ko",
    ]);
    const init = root.get("init")!;
    expect(init.mode).toBe(0o100755);
    expect(init.content).toContain("for module in '/lib/modules/tsm.ko' '/lib/modules/tdx_guest.ko'; do");
    expect(init.content).toContain("export ROLE='maker'");
    expect(init.content).toContain("'/usr/bin/node' '/opt/app/main.mjs' 'a b' &");
  });

  it("is the same bytes when it is made again, compressed or not", async () => {
    for (const compression of ["none", "zstd"] as const) {
      const [one, two] = [await build({ compression, bundle: true }), await build({ compression, bundle: true })];
      expect(one.files).toEqual(two.files);
      expect(one.files.has("app.run")).toBe(true);
    }
    const manifest = JSON.parse(textOf(await build(), "app-manifest.json")) as Record<string, unknown>;
    expect(manifest).toMatchObject({ name: "app", base: "minimal", memory: "4G", measurements: null, env: ["ROLE"] });
    expect(manifest["files"]).toMatchObject({ "app-vmlinuz": { sha256: sha256(Buffer.from("a kernel")), bytes: 8 } });
  });

  it("of Alpine has musl and its own Node", async () => {
    const root = rootOf(await build({}, "alpine"));
    expect(root.get("lib/ld-musl-x86_64.so.1")!.content).toBe("musl");
    expect(root.get("usr/bin/node")!.content).toBe("musl node");
    expect(root.get("bin/busybox")!.content).toBe("box");
  });

  it("has what it is given in place of what is pinned, and more files and modules", async () => {
    const own = join(folder, "own");
    await mkdir(join(own, "deep"), { recursive: true });
    await writeFile(join(own, "vmlinuz"), "own kernel");
    await writeFile(join(own, "node"), "own node");
    await writeFile(join(own, "key.pem"), "key");
    await writeFile(join(own, "deep", "tsm.ko"), moduleOf());
    await writeFile(join(own, "mine.ko"), moduleOf("tsm"));
    await writeFile(join(own, "root.tgz"), await tgzOf({ "usr/bin/busybox": "own box", "etc/passwd": "own:x" }));
    const image = await build({
      custom: { kernel: join(own, "vmlinuz"), node: join(own, "node"), rootfs: join(own, "root.tgz") },
      extraFiles: [[join(own, "key.pem"), "/etc/app/deep/key.pem"]],
      kernelModulesDir: own,
      kernelModules: [join(own, "mine.ko")],
    });
    const root = rootOf(image);
    expect(textOf(image, "app-vmlinuz")).toBe("own kernel");
    expect(root.get("usr/bin/node")!.content).toBe("own node");
    expect(root.get("etc/app/deep/key.pem")).toEqual({ mode: 0o100644, content: "key" });
    expect(root.get("etc/passwd")!.content).toBe("own:x");
    expect(root.get("init")!.content).toContain("for module in '/lib/modules/tsm.ko' '/lib/modules/mine.ko'; do");
  });

  it("lets those in whose keys it has, where it has a server of SSH", async () => {
    const root = rootOf(await build({ sshKeys: ["ssh-ed25519 AAAA me"] }, "debian"));
    expect(root.get("root/.ssh/authorized_keys")).toEqual({ mode: 0o100600, content: "ssh-ed25519 AAAA me\n" });
    expect(root.get("root/.ssh")!.mode).toBe(0o040700);
    expect(root.get("init")!.content).toContain("dropbear -R");
    await expect(build({ sshKeys: ["ssh-ed25519 AAAA me"] })).rejects.toMatchObject({
      message: "the image has no server of SSH",
      advice: "pin one: mosaik tdx lock --ssh",
    });
  });

  it("may be one script, which has all of it within", async () => {
    const run = Buffer.from(contentOf(await build({ bundle: true }), "app.run"));
    const marker = Buffer.from("\n__FILES_OF_THE_IMAGE__\n");
    const archive = run.subarray(run.indexOf(marker) + marker.length);
    const names = (await readTar(archive, "app.run")).map(({ path }) => path);
    expect(names).toEqual(["app-vmlinuz", "app-initramfs.cpio", "app-run-qemu.sh"]);
  });

  it.each([
    ["a firmware that starts no TDs", { measure: true }, "the measurements cannot be known: the firmware is too short"],
    ["a file that is not there", { extraFiles: [["/nowhere", "/x"]] }, "/nowhere: ENOENT"],
    ["a folder of modules that is not there", { kernelModulesDir: "/nowhere" }, "/nowhere: ENOENT"],
    ["no memory to speak of", { memory: "1" }, "a guest's memory is 256M or more"],
  ] as [string, Partial<BuildOptions>, string][])("is not made with %s", async (_, options, reason) => {
    await expect(build(options)).rejects.toThrow(reason);
  });
});

describe("a program as one file", () => {
  it("is the same wherever its sources are", async () => {
    const made: Uint8Array[] = [];
    for (const place of ["here", "there/and/deeper"]) {
      const at = join(folder, place);
      await mkdir(at, { recursive: true });
      await writeFile(join(at, "part.ts"), "export const part: string = `a part`;\n");
      await writeFile(
        join(at, "main.ts"),
        '// a comment\nimport { part } from "./part.ts";\nconsole.log(part, process.argv.length);\n',
      );
      made.push((await bundleProgram(join(at, "main.ts"), "gnu", undefined)).code);
    }
    expect(Buffer.from(made[0]!).toString()).toContain("a part");
    expect(made[0]).toEqual(made[1]);
    expect(Buffer.from(made[0]!).toString()).not.toContain("comment");
  });

  it("leaves what is imported only when it is used, and is not installed, to fail then", async () => {
    const path = join(folder, "lazy.mjs");
    await writeFile(path, 'const found = await import("not-installed").catch(() => "absent");\nconsole.log(found);\n');
    expect(Buffer.from((await bundleProgram(path, "gnu", undefined)).code).toString()).toContain('"not-installed"');
  });

  it("is told where it cannot be made", async () => {
    await expect(bundleProgram(join(folder, "no.mjs"), "gnu", undefined)).rejects.toThrow(/there is no .*no\.mjs/);
    const path = join(folder, "broken.mjs");
    await writeFile(path, 'import { x } from "not-installed";\n');
    await expect(bundleProgram(path, "gnu", undefined)).rejects.toThrow(/broken\.mjs cannot be bundled/);
    expect(await readFile(path, "utf8")).toContain("not-installed");
  });
});
