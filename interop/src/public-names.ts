import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The names of the Mainline DHT's public nodes, which Rust has built in, and the local addresses that they can be led to. */
export const ROUTER_ADDRESSES = {
  "router.bittorrent.com": "127.0.0.2",
  "dht.transmissionbt.com": "127.0.0.3",
  "dht.libtorrent.org": "127.0.0.4",
  "relay.pkarr.org": "127.0.0.5",
} as const;

/** Where nodes must listen to be found by those names: each has its own port. */
export const ROUTERS: readonly string[] = ["127.0.0.2:6881", "127.0.0.3:6881", "127.0.0.4:25401", "127.0.0.5:6881"];

/** Replaces the file of host names for a program, which then it becomes. */
const ENTER = `mount --bind "$0" /etc/hosts && exec "$@"`;

/** A machine's names as processes see them that are started with {@link at}; the machine itself keeps its own. */
export class PublicNames implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "mosaik-names-"));
  /** What precedes a program so that it has the names: for `StartOptions.at`. */
  readonly at: readonly string[];

  /** @param addresses by name */
  constructor(addresses: Readonly<Record<string, string>> = ROUTER_ADDRESSES) {
    const hosts = join(this.#folder, "hosts");
    const lines = Object.entries({ localhost: "127.0.0.1", ...addresses }).map(
      ([name, address]) => `${address} ${name}\n`,
    );
    writeFileSync(hosts, lines.join(""));
    this.at = ["unshare", "--mount", "sh", "-c", ENTER, hosts];
  }

  /** Processes that were started keep the names. */
  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
