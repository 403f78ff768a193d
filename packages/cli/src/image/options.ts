import { usageError } from "../exit.js";
import { isVariable } from "./init-script.js";
import { BASES, type Base } from "./lock.js";

/** What the environment may say instead of an option, by the names that the original has. */
export interface ImageEnvironment {
  readonly skip: boolean;
  readonly alpineVersion: string | undefined;
  readonly alpineMinor: string | undefined;
  readonly ubuntuVersion: string | undefined;
  readonly kernel: string | undefined;
  readonly kernelVersion: string | undefined;
  readonly kernelAbi: string | undefined;
  readonly kernelModulesDir: string | undefined;
  readonly kernelModules: readonly string[];
  readonly extraFiles: readonly (readonly [host: string, guest: string])[];
  readonly ovmf: string | undefined;
  readonly ovmfVersion: string | undefined;
  readonly sshPort: string | undefined;
}

/** @throws CliError for lists that cannot be read */
export function imageEnvironment(env: Readonly<Record<string, string | undefined>>): ImageEnvironment {
  const of = (name: string): string | undefined => env[`TDX_IMAGE_${name}`] || undefined;
  const list = (name: string): string[] => (of(name) ?? "").split(":").filter((one) => one !== "");
  const files = list("EXTRA_FILES");
  if (files.length % 2 !== 0) throw usageError("TDX_IMAGE_EXTRA_FILES is host:guest:host:guest and so on");
  return {
    skip: of("SKIP") === "1",
    alpineVersion: of("ALPINE_VERSION"),
    alpineMinor: of("ALPINE_MINOR"),
    ubuntuVersion: of("UBUNTU_VERSION"),
    kernel: of("KERNEL"),
    kernelVersion: of("KERNEL_VERSION"),
    kernelAbi: of("KERNEL_ABI"),
    kernelModulesDir: of("KERNEL_MODULES_DIR"),
    kernelModules: list("KERNEL_MODULES"),
    extraFiles: Array.from({ length: files.length / 2 }, (_, i) => [files[2 * i]!, files[2 * i + 1]!] as const),
    ovmf: of("OVMF"),
    ovmfVersion: of("OVMF_VERSION"),
    sshPort: env["SSH_PORT"] || undefined,
  };
}

/** `HOST:GUEST`, of files. */
export function filePair(text: string): readonly [host: string, guest: string] {
  const at = text.lastIndexOf(":");
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw usageError(`${text} is not HOST:GUEST, two paths`);
}

/** `HOST:GUEST`, of ports. */
export function portPair(text: string): readonly [host: number, guest: number] {
  const [host, guest] = text.split(":").map((part) => (/^\d{1,5}$/.test(part) ? Number(part) : NaN));
  const isPort = (port: number | undefined): port is number => port !== undefined && port >= 1 && port <= 65_535;
  if (isPort(host) && isPort(guest) && text.split(":").length === 2) return [host, guest];
  throw usageError(`${text} is not HOST:GUEST, two ports`);
}

/** `NAME=VALUE`. */
export function variable(text: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(at, 0));
  if (isVariable(name)) return [name, text.slice(at + 1)];
  throw usageError(`${text} is not NAME=VALUE`);
}

/** A key of OpenSSH, as a line of `authorized_keys` has it. */
export function publicKey(text: string): string {
  const line = text.trim();
  if (/^(ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/]+={0,2}( [^\n\r]*)?$/.test(line)) return line;
  throw usageError(`${text} is no public key, as ssh-ed25519 AAAA…`);
}

/** `FROM=TO`, the beginnings of URLs. */
export function mirror(text: string): readonly [from: string, to: string] {
  const at = text.indexOf("=");
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw usageError(`${text} is not FROM=TO, the beginnings of two URLs`);
}

const UNITS: Readonly<Record<string, number>> = { "": 2 ** 20, M: 2 ** 20, G: 2 ** 30 };
const MEMORY = /^(\d+)([MG]?)$/;

/** What QEMU makes of `4G`, `512M` or `512`, in bytes. */
export function memoryBytes(text: string): number {
  const [, amount, unit] = MEMORY.exec(text) ?? [];
  const bytes = Number(amount) * (UNITS[unit ?? ""] ?? NaN);
  if (bytes >= 256 * 2 ** 20 && Number.isSafeInteger(bytes)) return bytes;
  throw usageError(`a guest's memory is 256M or more, as 4G or 512M, not ${text}`);
}

export function isBase(text: string): text is Base {
  return (BASES as readonly string[]).includes(text);
}
