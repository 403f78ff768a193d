import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { platformPackages } from "./platforms.js";
import type { CloseInfo, ConnectionPath, EndpointAddr, TransportErrorCode } from "./transport.js";

/** The Rust half as JavaScript sees it (`native/src`). `null` stands for nothing; failures are returned, not thrown. */
export interface NativeBinding {
  readonly NativeMailbox: new (bell: () => void) => NativeMailbox;
  readonly NativeConnection: new () => NativeConnection;
  bind(mailbox: NativeMailbox, op: number, config: NativeConfig): NativeFailure | null;
  publicKey(secret: Uint8Array): Uint8Array;
  sign(secret: Uint8Array, message: Uint8Array): Uint8Array;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  verifyBatch(items: Uint8Array): Promise<boolean[]>;
  isPublicKey(bytes: Uint8Array): boolean;
  blake3(bytes: Uint8Array): Uint8Array;
}

/** What becomes a `TransportError`. */
export interface NativeFailure {
  readonly code: TransportErrorCode;
  readonly message: string;
  readonly closeInfo?: CloseInfo;
  readonly streamCode?: number;
}

export interface NativeConfig {
  readonly secretKey: Uint8Array;
  readonly alpns: readonly string[];
  readonly relayMode: "none" | "default" | "custom";
  readonly relayUrls: readonly string[];
  readonly relayCertificates: readonly string[];
  readonly relayQuicPort: number | undefined;
  readonly bindAddrs: readonly string[];
  readonly streamReceiveWindowBytes: number | undefined;
  readonly sendWindowBytes: number | undefined;
  readonly maxIncomingStreams: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly mdnsService: string | undefined;
}

export interface NativeMailbox {
  take(): unknown[];
  unref(): void;
  close(): void;
}

export interface NativeEndpoint {
  readonly id: string;
  addr(): EndpointAddr | null;
  hasRelay(): boolean;
  watchAddr(): void;
  networkChange(): void;
  dial(op: number, addr: EndpointAddr, alpns: readonly string[]): NativeFailure | null;
  cancelDial(op: number): void;
  exchange(
    op: number,
    addr: EndpointAddr,
    alpn: string,
    message: Uint8Array,
    answerBytesMax: number,
  ): NativeFailure | null;
  isExchangeSent(op: number): boolean;
  closeExchange(op: number, code: number, reason: Uint8Array): boolean;
  accept(op: number): void;
  close(op: number): void;
}

export interface NativeConnection {
  readonly id: number;
  readonly remoteId: string;
  readonly alpn: string;
  readonly isDialler: boolean;
  openBi(op: number): NativeBiStream | null;
  openUni(op: number): NativeSendStream | null;
  acceptBi(op: number): void;
  acceptUni(op: number): void;
  close(code: number, reason: Uint8Array): void;
  closeInfo(): CloseInfo | null;
  exportKeyingMaterial(lengthBytes: number, label: Uint8Array, context: Uint8Array): Uint8Array | NativeFailure;
  rttMicros(): number | null;
  path(): ConnectionPath | null;
}

export interface NativeBiStream {
  readonly send: NativeSendStream;
  readonly recv: NativeRecvStream;
}

export interface NativeSendStream {
  readonly id: number;
  tryWrite(bytes: Uint8Array): number | NativeFailure;
  awaitRoom(): boolean;
  obstacle(): NativeFailure | null;
  finish(): void;
  reset(code: number): void;
  acknowledged(op: number): void;
}

export interface NativeRecvStream {
  readonly id: number;
  start(creditBytes: number): void;
  grant(bytes: number): void;
  cutAtFrames(frameBytesMax: number): void;
  stop(code: number): void;
}

const require = createRequire(import.meta.url);

const BUILD = "build it with `npx mosaik-iroh build` (it needs Rust and a C compiler)";
const REPLACE = "`npm install @number0/iroh@1.1`, which has no groups and collections";

type Outcome = { readonly binding: NativeBinding } | { readonly error: Error };

let outcome: Outcome | undefined;

/** The Rust half, loaded at the first call. @throws Error which says what to do where it cannot be loaded. */
export function native(): NativeBinding {
  outcome ??= load();
  if ("error" in outcome) throw outcome.error;
  return outcome.binding;
}

/** Whether the Rust half can be loaded; without it every function of this package throws `nativeLoadError()`. */
export function nativeAvailable(): boolean {
  return nativeLoadError() === undefined;
}

/** Why the Rust half cannot be loaded, in one sentence that says what to do about it; its `cause` is the loader's error. */
export function nativeLoadError(): Error | undefined {
  outcome ??= load();
  return "error" in outcome ? outcome.error : undefined;
}

/**
 * `$MOSAIK_IROH_ADDON`, of which `none` is no file; else what was built on this machine (`src` and `dist` lie beside `native`); else the
 * package for the platform.
 */
function load(): Outcome {
  const named = process.env["MOSAIK_IROH_ADDON"];
  if (named === "none") {
    return failed("The native part of @mosaik/iroh is not loaded: MOSAIK_IROH_ADDON is none; unset it.");
  }
  if (named) {
    const path = resolve(named);
    if (existsSync(path)) return loadFile(path);
    return failed(
      `The native part of @mosaik/iroh is missing at ${path}: unset MOSAIK_IROH_ADDON, or set it to a built one.`,
    );
  }
  const file = `../native/mosaik-iroh.${process.platform}-${process.arch}.node`;
  const built = fileURLToPath(new URL(file, import.meta.url));
  return existsSync(built) ? loadFile(built) : loadPackage();
}

function loadFile(path: string): Outcome {
  try {
    return { binding: require(path) as NativeBinding };
  } catch (cause) {
    return failed(`The native part of @mosaik/iroh at ${path} does not load: ${BUILD}.`, cause);
  }
}

/** The package for this platform. Of those for several kinds of libc more than one may be installed, of which one loads. */
function loadPackage(): Outcome {
  const names = platformPackages(process.platform, process.arch);
  let broken: { readonly name: string; readonly cause: unknown } | undefined;
  for (const name of names) {
    try {
      return { binding: require(name) as NativeBinding };
    } catch (cause) {
      if (!isAbsent(cause, name)) broken = { name, cause };
    }
  }
  if (broken !== undefined) return failed(`${broken.name} does not load: ${BUILD}, or ${REPLACE}.`, broken.cause);
  const platform = `${process.platform} on ${process.arch}`;
  if (names.length === 0)
    return failed(`No native part of @mosaik/iroh is made for ${platform}: ${BUILD}, or ${REPLACE}.`);
  const install = `install ${names.join(" or ")} (npm does, unless it omits optional dependencies)`;
  return failed(`The native part of @mosaik/iroh for ${platform} is missing: ${install}, ${BUILD}, or ${REPLACE}.`);
}

function isAbsent(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "MODULE_NOT_FOUND" && message.includes(`'${name}'`);
}

function failed(message: string, cause?: unknown): Outcome {
  return { error: new Error(message, { cause }) };
}
