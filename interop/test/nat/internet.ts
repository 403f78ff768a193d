import { spawnSync } from "node:child_process";
import { Namespace, whyNoNamespace } from "../../../packages/mosaik/test/namespace.js";

/** Why no networks with routers can be made here; nothing if they can. */
export function whyNoInternet(): string | undefined {
  const trial = spawnSync("unshare", ["-n", "nft", "add", "table", "ip", "trial"], { encoding: "utf8" });
  if (trial.status === 0) return whyNoNamespace();
  const cause = trial.error?.message ?? trial.stderr.trim();
  return `Routers that translate addresses cannot be made (${cause}): they need nftables (apt-get install nftables).`;
}

/** How a router translates: it keeps ports where it can, as most do at home, or gives another one for each destination. */
export type Translation = "keeping" | "random";

const PUBLIC = "203.0.113";

/** An internet of one network, 203.0.113.0/24 (RFC 5737), with hosts and routers on it. */
export class Internet {
  readonly #core: Namespace;
  readonly #made: Namespace[] = [];

  private constructor(core: Namespace) {
    this.#core = core;
  }

  static async make(): Promise<Internet> {
    const core = await Namespace.make();
    core.ip("link add net type bridge", "link set net up");
    return new Internet(core);
  }

  /** A host with a public address, 203.0.113.`number`. */
  async host(number: number): Promise<Host> {
    const host = await this.#namespace();
    const ip = `${PUBLIC}.${number}`;
    connect(this.#core, "net", `p${number}`, host, "eth0");
    host.ip(`address add ${ip}/24 dev eth0`, "link set eth0 up");
    return new Host(host, ip, { switch: this.#core, port: `p${number}` });
  }

  /** A router at 203.0.113.`number`, with a network 10.`number`.0.0/24 behind it. */
  async router(number: number, translation: Translation): Promise<Router> {
    const router = await this.#namespace();
    connect(this.#core, "net", `p${number}`, router, "eth0");
    router.ip(
      `address add ${PUBLIC}.${number}/24 dev eth0`,
      "link set eth0 up",
      "link add lan type bridge",
      `address add 10.${number}.0.1/24 dev lan`,
      "link set lan up",
    );
    router.sh("echo 1 > /proc/sys/net/ipv4/ip_forward");
    // What nobody behind it asked for is dropped before it is remembered: a memory of it would take the port.
    router.nft(`
      table ip nat {
        chain out {
          type nat hook postrouting priority srcnat
          oifname "eth0" masquerade ${translation === "random" ? "random,fully-random" : ""}
        }
      }
      table ip filter {
        chain in {
          type filter hook input priority 0; policy drop;
          iifname { "lo", "lan" } accept
          ct state established,related accept
        }
        chain through {
          type filter hook forward priority 0; policy drop;
          iifname "lan" accept
          ct state established,related accept
        }
      }
    `);
    return new Router(router, number, () => this.#namespace());
  }

  async close(): Promise<void> {
    await Promise.all([this.#core, ...this.#made].map((namespace) => namespace.close()));
  }

  async #namespace(): Promise<Namespace> {
    const namespace = await Namespace.make();
    this.#made.push(namespace);
    namespace.ip("link set lo up");
    return namespace;
  }
}

/** A router that translates the addresses of those behind it into its own (RFC 4787). */
export class Router {
  readonly #namespace: Namespace;
  readonly #number: number;
  readonly #make: () => Promise<Namespace>;

  constructor(namespace: Namespace, number: number, make: () => Promise<Namespace>) {
    this.#namespace = namespace;
    this.#number = number;
    this.#make = make;
  }

  /** A host behind it, at 10.x.0.`number`. */
  async host(number: number): Promise<Host> {
    const host = await this.#make();
    const ip = `10.${this.#number}.0.${number}`;
    connect(this.#namespace, "lan", `h${number}`, host, "eth0");
    const gateway = `10.${this.#number}.0.1`;
    host.ip(`address add ${ip}/24 dev eth0`, "link set eth0 up", `route add default via ${gateway}`);
    return new Host(host, ip, { switch: this.#namespace, port: `h${number}` }, gateway);
  }

  /** Loses so many of a hundred packets that go through, from now on. */
  lose(percent: number): void {
    this.#namespace.nft(`
      table ip loss {
        chain through {
          type filter hook forward priority -10
          numgen random mod 100 < ${percent} drop
        }
      }
    `);
  }
}

/** A host, which runs processes, and has one cable. */
export class Host {
  readonly #namespace: Namespace;
  readonly #cable: { readonly switch: Namespace; readonly port: string };
  readonly #gateway: string | undefined;
  ip: string;

  constructor(namespace: Namespace, ip: string, cable: { switch: Namespace; port: string }, gateway?: string) {
    this.#namespace = namespace;
    this.ip = ip;
    this.#cable = cable;
    this.#gateway = gateway;
  }

  /** What precedes a command so that it runs here. */
  get at(): readonly [command: string, ...args: string[]] {
    return this.#namespace.at;
  }

  /** Pulls the cable: the host sees that it has no network. */
  pull(): void {
    this.#cable.switch.ip(`link set ${this.#cable.port} down`);
  }

  /** Plugs it in again. The host gets its address and its routes as before. */
  plug(): void {
    this.#cable.switch.ip(`link set ${this.#cable.port} up`);
  }

  /** Takes another address of its network. */
  renumber(number: number): void {
    const ip = this.ip.replace(/\d+$/, String(number));
    this.#namespace.ip("address flush dev eth0", `address add ${ip}/24 dev eth0`);
    if (this.#gateway !== undefined) this.#namespace.ip(`route add default via ${this.#gateway}`);
    this.ip = ip;
  }
}

/** Lays a cable from a port of a bridge to an interface of a host. */
function connect(from: Namespace, bridge: string, port: string, to: Namespace, name: string): void {
  from.ip(`link add ${port} type veth peer name ${name} netns ${to.pid}`, `link set ${port} master ${bridge} up`);
}
