import { execFileSync, spawnSync } from "node:child_process";
import { Zstd } from "@hpcc-js/wasm-zstd";
import { describe, expect, it } from "vitest";
import { readDeb, readTar } from "../../src/image/archives.js";
import { cpioOf } from "../../src/image/cpio.js";
import { FileTree } from "../../src/image/file-tree.js";
import { initScript, quoted } from "../../src/image/init-script.js";
import { dependenciesOf, modulesIn, modulesInOrder } from "../../src/image/kernel-modules.js";
import { parseLock } from "../../src/image/lock.js";
import { generationOf } from "../../src/image/measure.js";
import { filePair, imageEnvironment, memoryBytes, mirror, portPair, variable } from "../../src/image/options.js";
import { closureOf, parseAlpineIndex, parseDebianIndex } from "../../src/image/package-index.js";
import { launchScript, plainScript } from "../../src/image/scripts.js";
import { unpackInto } from "../../src/image/unpack.js";
import { debOf, moduleOf, tarOf, tgzOf } from "./packages.js";

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("utf8");

describe("a root file system in memory", () => {
  it("makes the folders above a file, and follows links on the way", () => {
    const tree = new FileTree();
    tree.addSymlink("lib", "usr/lib");
    tree.addSymlink("usr/lib64", "/lib");
    tree.addFile("lib/x86/libc.so", "c");
    tree.addFile("/usr/lib64/../lib/./libm.so", "m");
    expect(tree.entries().map(([path]) => path)).toEqual([
      "lib",
      "usr",
      "usr/lib",
      "usr/lib/libm.so",
      "usr/lib/x86",
      "usr/lib/x86/libc.so",
      "usr/lib64",
    ]);
    expect(text(tree.read("usr/lib64/x86/libc.so"))).toBe("c");
  });

  it("never leaves the root, and stands links in a circle", () => {
    const tree = new FileTree();
    tree.addFile("../../etc/passwd", "root");
    expect(tree.has("etc/passwd")).toBe(true);
    tree.addSymlink("a", "b");
    tree.addSymlink("b", "a");
    expect(() => tree.addFile("a/x", "")).toThrow("links in a circle");
    expect(() => tree.addFile("/", "")).toThrow(RangeError);
  });

  it("keeps a folder, and a link to one, when the folder is named again", () => {
    const tree = new FileTree();
    tree.addSymlink("bin", "usr/bin");
    tree.addDirectory("bin");
    tree.addFile("bin/sh", "sh");
    tree.addDirectory("usr/bin", 0o700);
    expect(tree.entries().map(([path, { kind }]) => [path, kind])).toEqual([
      ["bin", "symlink"],
      ["usr", "directory"],
      ["usr/bin", "directory"],
      ["usr/bin/sh", "file"],
    ]);
  });
});

describe("an initramfs", () => {
  it("is a cpio archive that cpio reads, the same whatever the order", () => {
    const make = (paths: readonly string[]): Uint8Array => {
      const tree = new FileTree();
      tree.addSymlink("bin/sh", "busybox");
      for (const path of paths) tree.addFile(path, `it is ${path}`, path === "init" ? 0o755 : 0o644);
      return cpioOf(tree);
    };
    const archive = make(["init", "etc/ä", "etc/odd"]);
    expect(make(["etc/odd", "etc/ä", "init"])).toEqual(archive);
    expect(archive.length % 512).toBe(0);
    if (spawnSync("cpio", ["--version"]).error !== undefined) return;
    const listed = execFileSync("cpio", ["-tv", "--quiet", "--numeric-uid-gid"], { input: archive }).toString();
    expect(listed).toMatch(/-rwxr-xr-x +1 0 +0 +10 Jan +1 +1970 init/);
    expect(listed).toMatch(/lrwxrwxrwx .* bin\/sh -> busybox/);
    expect(listed.trim().split("\n")).toHaveLength(6);
  });
});

describe("packages", () => {
  it("are read by what compressed them", async () => {
    const zstd = await Zstd.load();
    const files = { "./usr/bin/tool": "#!", "./etc/tool.conf": "x=1" };
    for (const deb of [
      await debOf(files),
      await debOf(files, (tar) => [zstd.compress(tar), ".zst"]),
      await debOf(files, (tar) => [tar, ""]),
    ]) {
      const members = await readDeb(deb, "tool");
      expect(members.map(({ path, kind, mode }) => [path, kind, mode])).toEqual([
        ["usr/bin/tool", "file", 0o755],
        ["etc/tool.conf", "file", 0o644],
      ]);
    }
  });

  it("are laid over a tree, with their links, without their manuals", async () => {
    const tree = new FileTree();
    tree.addSymlink("bin", "usr/bin");
    const archive = await tgzOf({
      bin: null,
      "bin/busybox": "box",
      "bin/sh": { link: "busybox" },
      "bin/ash": { hardLink: "bin/busybox" },
      "usr/share/doc/busybox/README": "long",
    });
    await unpackInto(tree, archive, "busybox");
    expect(text(tree.read("usr/bin/sh"))).toBe("box");
    expect(text(tree.read("bin/ash"))).toBe("box");
    expect(tree.has("usr/share/doc")).toBe(false);
  });

  it.each([
    ["nothing", new Uint8Array(), "no Debian package"],
    ["something else", Buffer.from("PK\x03\x04"), "no Debian package"],
    ["one that is cut off", async () => (await debOf({ a: "x" })).subarray(0, -10), "cut off"],
    ["one without files", Buffer.from("!<arch>\n"), "without files"],
  ] as const)("that are none are told: %s", async (_, given, reason) => {
    const bytes = typeof given === "function" ? await given() : given;
    await expect(readDeb(bytes, "tool 1.0")).rejects.toThrow(new RegExp(`tool 1.0: .*${reason}`));
  });

  it("that are broken archives are told", async () => {
    const broken = Buffer.from((await tgzOf({ a: "x" })).subarray(0, 30));
    await expect(readTar(broken, "a.tar.gz")).rejects.toThrow("a.tar.gz: cannot be decompressed");
    const cut = (await tarOf({ a: "x".repeat(2000) })).subarray(0, 600);
    await expect(readTar(cut, "a.tar")).rejects.toThrow("a.tar: no tar archive, or a broken one");
    const astray = await tarOf({ a: { hardLink: "b" } });
    await expect(unpackInto(new FileTree(), astray, "a.tar")).rejects.toThrow("a is a link to b, which is not there");
  });
});

describe("modules of a kernel", () => {
  it("come behind those that they need; what is not there is part of the kernel", async () => {
    const found = modulesIn(
      await readTar(
        await tarOf({
          "lib/modules/6/kernel/net/virtio_net.ko": moduleOf("net_failover", "failover"),
          "lib/modules/6/kernel/net/net_failover.ko": moduleOf("failover"),
          "lib/modules/6/kernel/net/failover.ko": moduleOf(),
          "lib/modules/6/kernel/coco/tdx-guest.ko": moduleOf("tsm"),
          "lib/modules/6/modules.order": "",
        }),
        "kernel",
      ),
    );
    const ordered = await modulesInOrder(found, ["configfs", "tdx_guest", "virtio_net"]);
    expect(ordered.map(({ name }) => name)).toEqual(["tdx_guest", "failover", "net_failover", "virtio_net"]);
    expect(() => dependenciesOf(Buffer.from("text"), "x.ko")).toThrow("x.ko: no module of a kernel");
  });
});

describe("the first program of a guest", () => {
  const script = initScript({
    workload: {
      name: "it's",
      command: ["/usr/bin/node", "/opt/app/main.mjs", "a b", "$(reboot)", "'; reboot; '"],
      env: { ROLE: "maker & taker", EMPTY: "" },
    },
    modules: ["/lib/modules/tsm.ko"],
    ssh: false,
  });

  it("is a script that a shell understands", () => {
    expect(spawnSync("sh", ["-n"], { input: script }).status).toBe(0);
    expect(script).not.toContain("dropbear");
  });

  it("quotes whatever it is given", () => {
    for (const word of ["", "'", "''", "a'b", "$HOME", "`id`", "\\", "new\nline", '"']) {
      expect(execFileSync("sh", ["-c", `printf %s ${quoted(word)}`]).toString()).toBe(word);
    }
    expect(script).toContain(`export ROLE='maker & taker'\nexport EMPTY=''`);
    expect(script).toContain(`'/usr/bin/node' '/opt/app/main.mjs' 'a b' '$(reboot)' ''\\''; reboot; '\\''' &`);
  });
});

describe("options", () => {
  it("are read, or say what is wrong", () => {
    expect(filePair("a:b:/etc/c")).toEqual(["a:b", "/etc/c"]);
    expect(portPair("10022:22")).toEqual([10022, 22]);
    expect(variable("A=b=c")).toEqual(["A", "b=c"]);
    expect(mirror("https://a=http://b")).toEqual(["https://a", "http://b"]);
    expect([memoryBytes("4G"), memoryBytes("512M"), memoryBytes("512")]).toEqual([2 ** 32, 2 ** 29, 2 ** 29]);
    for (const read of [
      () => filePair("alone"),
      () => filePair(":b"),
      () => portPair("22"),
      () => portPair("0:22"),
      () => portPair("70000:22"),
      () => portPair("1:2:3"),
      () => variable("=b"),
      () => variable("A B=c"),
      () => mirror("alone"),
      () => memoryBytes("4T"),
      () => memoryBytes("16M"),
      () => memoryBytes("-4G"),
    ]) {
      expect(read).toThrow(expect.objectContaining({ name: "CliError", exitCode: 2 }));
    }
  });

  it("may be variables, by the names of the original", () => {
    expect(
      imageEnvironment({
        TDX_IMAGE_SKIP: "1",
        TDX_IMAGE_KERNEL_MODULES: "a.ko:b.ko",
        TDX_IMAGE_EXTRA_FILES: "a:/a:b:/b",
        TDX_IMAGE_OVMF: "",
      }),
    ).toMatchObject({
      skip: true,
      kernelModules: ["a.ko", "b.ko"],
      extraFiles: [
        ["a", "/a"],
        ["b", "/b"],
      ],
      ovmf: undefined,
    });
    expect(() => imageEnvironment({ TDX_IMAGE_EXTRA_FILES: "a:/a:b" })).toThrow("host:guest");
  });

  it("tell generations of firmware by their versions", () => {
    expect(
      ["ovmf 2024.02-3+tdx1.0", "ovmf 2025.02-8+deb13u1", "edk2-202508", "OVMF 2024.11"].map((version) => {
        try {
          return generationOf(version);
        } catch (error) {
          return (error as Error).message;
        }
      }),
    ).toEqual([
      "before202411",
      "from202411",
      'which generation of firmware "edk2-202508" is cannot be told',
      "from202411",
    ]);
  });
});

describe("a lock", () => {
  const input = { name: "x", role: "node", urls: ["https://a"], sha256: "a".repeat(64) };
  it.each([
    ["{", "is no JSON"],
    ["[]", "is no lock of an image"],
    ["null", "is no lock of an image"],
    [JSON.stringify({ version: 2, base: "minimal", inputs: [] }), "is no lock of an image"],
    [JSON.stringify({ version: 1, base: "gentoo", inputs: [] }), "is no lock of an image"],
    [JSON.stringify({ version: 1, base: "minimal", inputs: [input, { ...input, sha256: "A" }] }), "input 1 of"],
    [JSON.stringify({ version: 1, base: "minimal", inputs: [{ ...input, urls: [] }] }), "input 0 of"],
    [JSON.stringify({ version: 1, base: "minimal", inputs: [null] }), "input 0 of"],
  ])("that is none is told: %s", (content, reason) => {
    expect(() => parseLock(content, "a.json")).toThrow(reason);
  });
});

describe("indexes of packages", () => {
  it("of Debian: what a package needs, with alternatives and what others provide", () => {
    const index = parseDebianIndex(
      [
        "Package: app\nVersion: 1\nFilename: pool/app.deb\nSHA256: 00\nDepends: libc6 (>= 2.36), mail-agent | cat [amd64]\nPre-Depends: base:any",
        "Package: libc6\nVersion: 2\nFilename: pool/libc6.deb\nDescription: C\n more\nDepends: app",
        "Package: exim\nVersion: 3\nFilename: pool/exim.deb\nProvides: mail-agent (= 3)",
        "Package: base\nVersion: 4\nFilename: pool/base.deb",
        "Package: other\nVersion: 5\nFilename: pool/other.deb",
      ].join("\n\n"),
    );
    expect(closureOf(index, ["app"]).map(({ name }) => name)).toEqual(["app", "base", "exim", "libc6"]);
    expect(closureOf(index, ["app"], (name) => name === "cat").map(({ name }) => name)).toEqual([
      "app",
      "base",
      "libc6",
    ]);
    expect(() => closureOf(index, ["nothing"])).toThrow("there is no package nothing, which the image needs");
  });

  it("of Alpine: names, files of libraries, and what there must not be", () => {
    const index = parseAlpineIndex(
      "P:nodejs\nV:22.1-r0\nD:so:libstdc++.so.6 /bin/sh ca-certificates>=1 !old\np:node=22\n\nP:libstdc++\nV:14-r4\np:so:libstdc++.so.6=6.0\n\nP:ca-certificates\nV:1-r0\n",
      "https://mirror/",
    );
    const chosen = closureOf(index, ["nodejs"], (name) => name === "/bin/sh");
    expect(chosen.map(({ file }) => file)).toEqual([
      "https://mirror/ca-certificates-1-r0.apk",
      "https://mirror/libstdc++-14-r4.apk",
      "https://mirror/nodejs-22.1-r0.apk",
    ]);
  });
});

describe("the scripts that start an image", () => {
  const options = {
    kernel: "a b-vmlinuz",
    initramfs: "i",
    firmware: "f.fd",
    memory: "4G",
    cpus: 2,
    sshForward: undefined,
  };

  /** What a script would start, by a stand-in for QEMU. */
  function started(script: string, env: Record<string, string> = {}): string[] {
    const { stdout, stderr, status } = spawnSync("sh", ["-s", "--", "-more"], {
      input: script.replace(/^here=.*$/m, "here=/images"),
      env: { PATH: process.env["PATH"]!, QEMU: "echo_words", ...env },
      encoding: "utf8",
      shell: false,
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    return stdout.trimEnd().split("\n");
  }

  it("start TDX as the original does", () => {
    const script = launchScript({ ...options, sshForward: [10022, 22] }).replace(
      "exec ",
      "echo_words() { printf '%s\\n' \"$@\"; }\n",
    );
    const words = started(script, { MEMORY: "8G" });
    expect(words).toContain("q35,kernel-irqchip=split,confidential-guest-support=tdx0");
    expect(words).toContain("user,id=net0,hostfwd=tcp::10022-:22");
    expect(JSON.parse(words[words.indexOf("-object") + 1]!)).toMatchObject({ "qom-type": "tdx-guest", id: "tdx0" });
    expect(words.slice(words.indexOf("-kernel"), words.indexOf("-kernel") + 2)).toEqual([
      "-kernel",
      "/images/a b-vmlinuz",
    ]);
    expect(words[words.indexOf("-append") + 1]).toBe("console=ttyS0 ip=dhcp");
    expect(words[words.indexOf("-m") + 1]).toBe("8G");
    expect(words[words.indexOf("-bios") + 1]).toBe("/images/f.fd");
    expect(words.at(-1)).toBe("-more");
  });

  it("start a plain machine, with or without KVM and firmware", () => {
    const script = plainScript(options).replace("exec ", "echo_words() { printf '%s\\n' \"$@\"; }\n");
    const words = started(script, { ACCEL: "tcg", SSH_PORT: "2222" });
    expect(words.slice(0, 4)).toEqual(["-accel", "tcg", "-cpu", "max"]);
    expect(words).not.toContain("-bios");
    expect(words).toContain("user,id=net0,hostfwd=tcp::2222-:22");
    expect(started(script, { OVMF: "/x.fd" })).toContain("/x.fd");
  });
});
