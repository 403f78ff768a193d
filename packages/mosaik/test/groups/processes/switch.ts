import { Namespace } from "../../namespace.js";

/** Nobody has it: what is sent there is lost, and who sends it does not notice. */
const NOBODY = "02:00:00:00:ff:ff";

/** Hosts, each a network namespace of its own, and the switch that connects them; nothing else is connected with it. */
export class Switch {
  readonly #switch: Namespace;
  readonly #hosts: readonly Namespace[];

  private constructor(middle: Namespace, hosts: readonly Namespace[]) {
    this.#switch = middle;
    this.#hosts = hosts;
  }

  static async make(size: number): Promise<Switch> {
    const [middle, ...hosts] = await Promise.all(Array.from({ length: size + 1 }, () => Namespace.make()));
    const made = new Switch(middle!, hosts);
    made.#switch.ip("link add switch type bridge", "link set switch up");
    for (const [i, host] of hosts.entries()) {
      const cable = `link add ${portOf(i)} type veth peer name eth0 address ${macOf(i)} netns ${host.pid}`;
      made.#switch.ip(cable, `link set ${portOf(i)} master switch up`);
      host.ip("link set lo up", `address add ${ipOf(i)}/24 dev eth0`, "link set eth0 up");
    }
    for (const from of hosts.keys()) for (const to of hosts.keys()) made.mend(from, to);
    return made;
  }

  /** What precedes a command so that it runs at a host. */
  at(host: number): readonly [command: string, ...args: string[]] {
    return this.#hosts[host]!.at;
  }

  /** What one host sends to another is lost from now on. */
  cut(from: number, to: number): void {
    this.#direct(from, to, NOBODY);
  }

  mend(from: number, to: number): void {
    this.#direct(from, to, macOf(to));
  }

  /** Pulls the cable of a host: it sees that it has no network. */
  pull(host: number): void {
    this.#switch.ip(`link set ${portOf(host)} down`);
  }

  plug(host: number): void {
    this.#switch.ip(`link set ${portOf(host)} up`);
  }

  async close(): Promise<void> {
    await Promise.all([this.#switch, ...this.#hosts].map((namespace) => namespace.close()));
  }

  #direct(from: number, to: number, mac: string): void {
    if (from === to) return;
    this.#hosts[from]!.ip(`neighbor replace ${ipOf(to)} lladdr ${mac} dev eth0 nud permanent`);
  }
}

/** The address of a host. */
export function ipOf(host: number): string {
  return `10.77.0.${host + 1}`;
}

function macOf(host: number): string {
  return `02:00:00:00:00:${(host + 1).toString(16).padStart(2, "0")}`;
}

function portOf(host: number): string {
  return `port${host}`;
}
