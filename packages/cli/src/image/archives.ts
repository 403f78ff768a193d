import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { CliError, EXIT } from "../exit.js";

/** A member of an archive. */
export interface ArchiveMember {
  /** Relative, without `./` before it. */
  readonly path: string;
  readonly kind: "directory" | "file" | "symlink" | "link" | "other";
  readonly mode: number;
  readonly content: Uint8Array;
  /** What a link leads to. */
  readonly target: string;
}

/** An archive that cannot be read. */
export function malformed(name: string, why: string, cause?: unknown): CliError {
  return new CliError(EXIT.failed, `${name}: ${why}`, cause === undefined ? {} : { cause });
}

const KINDS: Readonly<Record<string, ArchiveMember["kind"]>> = {
  directory: "directory",
  file: "file",
  "contiguous-file": "file",
  symlink: "symlink",
  link: "link",
};

/** The members of a tar archive, compressed by gzip, xz or zstd, or not at all. @param name for messages */
export async function readTar(bytes: Uint8Array, name: string): Promise<ArchiveMember[]> {
  try {
    const entries = await unpackTar(await decompressed(bytes, name), { strict: true });
    return entries.map(({ header, data }) => ({
      path: header.name.replace(/^(\.?\/)+/, "").replace(/\/$/, ""),
      kind: KINDS[header.type ?? "file"] ?? "other",
      mode: header.mode ?? 0o644,
      content: data ?? new Uint8Array(),
      target: header.linkname ?? "",
    }));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw malformed(name, `no tar archive, or a broken one: ${(error as Error).message}`, error);
  }
}

const AR_MAGIC = "!<arch>\n";
const AR_HEADER_BYTES = 60;

/** The files of a Debian package (deb(5)). */
export async function readDeb(bytes: Uint8Array, name: string): Promise<ArchiveMember[]> {
  const text = (from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString("latin1");
  if (text(0, AR_MAGIC.length) !== AR_MAGIC) throw malformed(name, "no Debian package");
  for (let at = AR_MAGIC.length; at + AR_HEADER_BYTES <= bytes.length;) {
    const member = text(at, at + 16)
      .trim()
      .replace(/\/$/, "");
    const length = Number(text(at + 48, at + 58).trim());
    const begin = at + AR_HEADER_BYTES;
    if (!Number.isSafeInteger(length) || length < 0 || begin + length > bytes.length) {
      throw malformed(name, "a Debian package that is cut off");
    }
    if (member.startsWith("data.tar")) return readTar(bytes.subarray(begin, begin + length), name);
    at = begin + length + (length % 2);
  }
  throw malformed(name, "a Debian package without files");
}

const MAGIC = { gzip: [0x1f, 0x8b], xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a], zstd: [0x28, 0xb5, 0x2f, 0xfd] } as const;

/** What was compressed by gzip, xz or zstd; anything else as it is. */
export async function decompressed(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const isOf = (magic: readonly number[]): boolean => magic.every((byte, i) => bytes[i] === byte);
  try {
    if (isOf(MAGIC.gzip)) return gunzipSync(bytes);
    if (isOf(MAGIC.xz)) return await unxz(bytes);
    if (isOf(MAGIC.zstd)) {
      const { Zstd } = await import("@hpcc-js/wasm-zstd");
      return (await Zstd.load()).decompress(bytes);
    }
  } catch (error) {
    throw malformed(name, `cannot be decompressed: ${(error as Error).message}`, error);
  }
  return bytes;
}

async function unxz(bytes: Uint8Array): Promise<Uint8Array> {
  const { default: xz } = await import("xz-decompress");
  const chunks: Uint8Array[] = [];
  const source = new Blob([bytes]).stream();
  for await (const chunk of new xz.XzReadableStream(source) as unknown as AsyncIterable<Uint8Array>) {
    chunks.push(chunk.slice());
  }
  return new Uint8Array(Buffer.concat(chunks));
}
