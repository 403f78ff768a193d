import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";

/** What stands in an archive: a file's text or bytes, a link, or a folder. */
export type Content = string | Uint8Array | { readonly link: string } | { readonly hardLink: string } | null;

export async function tarOf(files: Readonly<Record<string, Content>>): Promise<Uint8Array> {
  return packTar(
    Object.entries(files).map(([name, content]) => {
      if (content === null) return { header: { name: `${name}/`, type: "directory" as const, size: 0, mode: 0o755 } };
      if (typeof content === "object" && "link" in content) {
        return { header: { name, type: "symlink" as const, size: 0, linkname: content.link } };
      }
      if (typeof content === "object" && "hardLink" in content) {
        return { header: { name, type: "link" as const, size: 0, linkname: content.hardLink } };
      }
      const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
      const mode = name.includes("bin/") ? 0o755 : 0o644;
      return { header: { name, size: body.length, mode }, body };
    }),
  );
}

export async function tgzOf(files: Readonly<Record<string, Content>>): Promise<Uint8Array> {
  return gzipSync(await tarOf(files));
}

/** A package of Debian: an ar archive with the files as a compressed tar archive in it. */
export async function debOf(
  files: Readonly<Record<string, Content>>,
  compress: (tar: Uint8Array) => [bytes: Uint8Array, suffix: string] = (tar) => [gzipSync(tar), ".gz"],
): Promise<Uint8Array> {
  const [data, suffix] = compress(await tarOf(files));
  const member = (name: string, content: Uint8Array): Uint8Array[] => {
    const header = `${name.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
    return [Buffer.from(header), content, Buffer.alloc(content.length % 2, "\n")];
  };
  return Buffer.concat([
    Buffer.from("!<arch>\n"),
    ...member("debian-binary", Buffer.from("2.0\n")),
    ...member("control.tar.gz", gzipSync(await tarOf({ control: "Package: x\n" }))),
    ...member(`data.tar${suffix}`, data),
  ]);
}

/** As much of a module of the kernel as is read. */
export function moduleOf(...needs: string[]): Uint8Array {
  return Buffer.from(`\x7fELF${"x".repeat(50)}\0license=GPL\0depends=${needs.join(",")}\0name=x\0`, "latin1");
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A server of files, which counts what is asked for. */
export class FileServer {
  readonly files: Map<string, Uint8Array>;
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.files = new Map(files);
    this.#server = createServer((request, response) => {
      const path = decodeURI(request.url!);
      this.asked.push(path);
      const content = this.files.get(path);
      if (content === undefined) response.writeHead(404).end();
      else response.writeHead(200).end(content);
    });
  }

  static async start(files: ReadonlyMap<string, Uint8Array> = new Map()): Promise<FileServer> {
    const server = new FileServer(files);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
