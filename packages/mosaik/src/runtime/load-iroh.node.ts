import type { Transport } from "@mosaik/iroh/transport";
import { blake3 } from "@noble/hashes/blake3.js";
import type { Runtime } from "./runtime.js";

/** The native part of `@mosaik/iroh`, or the adapter over `@number0/iroh`. */
export type IrohBinding = "native" | "number0";

/** What a node takes of iroh. */
export type Iroh = { readonly transport: Transport } & Pick<
  Runtime,
  "publicKey" | "sign" | "verify" | "verifyBatch" | "isPublicKey" | "hash"
>;

/** What a program has to know that runs on the adapter. */
const LACKING =
  "Mosaik runs on @number0/iroh. Streams and functions work, with Rust peers too. What is lacking: groups and collections " +
  "(exporterUnavailable), speed (about 10 MB/s), mDNS, certificates of relays, Network.unref().";

let hasWarned = false;

/**
 * Loads a binding of iroh; nothing of either is loaded before.
 *
 * @param binding which one. Default: the native one, or where that cannot be loaded the other, with a warning once a process
 * @throws Error which says what to do where it cannot be loaded
 */
export async function loadIroh(binding?: IrohBinding): Promise<Iroh> {
  const native = await import("@mosaik/iroh");
  const missing = native.nativeLoadError();
  if (binding === "native" && missing !== undefined) throw missing;
  if (binding !== "number0" && missing === undefined) return { ...native, transport: native.iroh, hash: native.blake3 };
  const number0 = await loadAdapter(missing);
  if (binding === undefined) warn(missing!);
  return { ...number0, hash: (bytes) => blake3(bytes) };
}

/** @throws Error what the native part cannot be loaded for too, which names all remedies */
async function loadAdapter(missing: Error | undefined): Promise<Omit<Iroh, "hash">> {
  const { loadNumber0 } = await import("@mosaik/iroh/number0");
  let number0;
  try {
    number0 = loadNumber0();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(missing === undefined ? why : `${missing.message} ${why}`, { cause });
  }
  if (number0 !== undefined) return number0;
  throw missing ?? new Error("@number0/iroh is not installed: `npm install @number0/iroh@1.1` adds it.");
}

function warn(missing: Error): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(LACKING, { type: "MosaikWarning", code: "MOSAIK_NUMBER0", detail: missing.message });
}
