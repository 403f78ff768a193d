import { CliError, EXIT, usageError } from "../exit.js";

/** What an image is built on. */
export const BASES = ["minimal", "debian", "alpine", "ubuntu"] as const;

export type Base = (typeof BASES)[number];

/** What an input is for. */
export const ROLES = ["rootfs", "package", "kernel", "modules", "firmware", "node"] as const;

export type Role = (typeof ROLES)[number];

/** A file that an image is built of, by its content. */
export interface PinnedInput {
  /** For people and messages: `busybox-static 1:1.37.0-6+b9`. */
  readonly name: string;
  readonly role: Role;
  /** Where it is had from; the first that answers serves. A path, or a URL of http, https or file. */
  readonly urls: readonly string[];
  /** 64 lowercase hexadecimal digits. */
  readonly sha256: string;
}

/** All inputs of an image but the program: a file that is kept with the program's sources. */
export interface ImageLock {
  readonly version: 1;
  readonly base: Base;
  readonly inputs: readonly PinnedInput[];
}

export function lockText(lock: ImageLock): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/** @param path for messages @throws CliError for what is no lock */
export function parseLock(text: string, path: string): ImageLock {
  let lock: Partial<ImageLock>;
  try {
    lock = JSON.parse(text) as Partial<ImageLock>;
  } catch (error) {
    throw usageError(`${path} is no JSON: ${(error as Error).message}`, "make it anew: mosaik tdx lock");
  }
  const isInput = (one: unknown): one is PinnedInput => {
    const { name, role, urls, sha256 } = (one ?? {}) as Partial<PinnedInput>;
    return (
      typeof name === "string" &&
      ROLES.includes(role as Role) &&
      Array.isArray(urls) &&
      urls.length > 0 &&
      urls.every((url) => typeof url === "string") &&
      /^[0-9a-f]{64}$/.test(sha256 ?? "")
    );
  };
  const isLock = lock?.version === 1 && BASES.includes(lock.base as Base) && Array.isArray(lock.inputs);
  if (!isLock) throw usageError(`${path} is no lock of an image`, "make it anew: mosaik tdx lock");
  const wrong = lock.inputs!.findIndex((one) => !isInput(one));
  if (wrong >= 0) throw usageError(`input ${wrong} of ${path} lacks a name, a role, urls or a sha256`);
  return lock as ImageLock;
}

/** The inputs of a role. */
export function inputsOf({ inputs }: ImageLock, role: Role): PinnedInput[] {
  return inputs.filter((one) => one.role === role);
}

/** The one input of a role. @throws CliError where there is none, or more */
export function inputOf(lock: ImageLock, role: Role): PinnedInput {
  const [first, ...more] = inputsOf(lock, role);
  if (first !== undefined && more.length === 0) return first;
  throw new CliError(EXIT.usage, `the lock has ${1 + more.length} inputs of role ${role}, not one`);
}
