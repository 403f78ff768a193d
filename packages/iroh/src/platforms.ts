/** The platforms that prebuilt native parts are made for, each a package of its own: the layout of napi-rs. */

/** What npm is told of a platform's package, so that it installs no other: `os`, `cpu` and `libc` of its manifest. */
export interface Platform {
  readonly os: NodeJS.Platform;
  readonly cpu: NodeJS.Architecture;
  readonly libc?: "glibc" | "musl";
}

/** By what stands at the end of the package's name. */
export const PLATFORMS: Readonly<Record<string, Platform>> = {
  "linux-x64-gnu": { os: "linux", cpu: "x64", libc: "glibc" },
  "linux-x64-musl": { os: "linux", cpu: "x64", libc: "musl" },
  "linux-arm64-gnu": { os: "linux", cpu: "arm64", libc: "glibc" },
  "linux-arm64-musl": { os: "linux", cpu: "arm64", libc: "musl" },
  "darwin-x64": { os: "darwin", cpu: "x64" },
  "darwin-arm64": { os: "darwin", cpu: "arm64" },
  "win32-x64-msvc": { os: "win32", cpu: "x64" },
  "win32-arm64-msvc": { os: "win32", cpu: "arm64" },
};

/** The packages that may fit a machine: on Linux one for each libc, of which npm installs the right one. */
export function platformPackages(os: NodeJS.Platform, cpu: NodeJS.Architecture): string[] {
  const fitting = Object.entries(PLATFORMS).filter(([, platform]) => platform.os === os && platform.cpu === cpu);
  return fitting.map(([name]) => platformPackage(name));
}

/** The package of a platform by the key of `PLATFORMS`. */
export function platformPackage(name: string): string {
  return `@mosaik/iroh-${name}`;
}
