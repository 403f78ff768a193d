// Nodes load the DHT when they need it; in virtual time nobody waits for a module.
import "../dht/index.js";
import type { Runtime, SocketAddress, Udp, UdpSocket } from "../runtime/index.js";

/** How long a datagram takes, in ms of virtual time. */
const LATENCY_MS = 5;
/** Ports that nobody asked for by number begin here. */
const PORT_MIN = 20_000;

type Clock = Pick<Runtime, "after">;
type OnDatagram = (datagram: Uint8Array, from: SocketAddress) => void;

/** Datagrams in virtual time: each arrives after 5 ms, at whoever is bound there by then. Names are those that a test gives. */
export class MemoryUdp {
  /** Addresses by host name. */
  readonly names = new Map<string, readonly string[]>();
  /** Every datagram that was sent. */
  readonly sent: { from: SocketAddress; to: SocketAddress; datagram: Uint8Array }[] = [];
  readonly #bound = new Map<string, { readonly clock: Clock; readonly onDatagram: OnDatagram }>();
  #nextPort = PORT_MIN;

  /**
   * The datagrams of one host.
   *
   * @param clock when it hears: nothing any more once its timers have ended
   */
  on(clock: Clock, hosts: { readonly 4: string; readonly 6: string }): Udp {
    return {
      bind: (family, port, onDatagram) => {
        const address = { host: hosts[family], port: port === 0 ? this.#nextPort++ : port };
        return new Promise((resolve) => resolve(this.bindAt(clock, address, onDatagram)));
      },
      resolve: (host, family) =>
        Promise.resolve((this.names.get(host) ?? []).filter((address) => familyOf(address) === family)),
    };
  }

  /** @throws Error where the address is taken */
  bindAt(clock: Clock, address: SocketAddress, onDatagram: OnDatagram): UdpSocket {
    const key = keyOf(address);
    if (this.#bound.has(key)) throw new Error(`${key} is taken`);
    this.#bound.set(key, { clock, onDatagram });
    return {
      family: familyOf(address.host),
      send: (datagram, to) => this.#send(address, to, datagram.slice()),
      close: () => this.#bound.delete(key),
    };
  }

  #send(from: SocketAddress, to: SocketAddress, datagram: Uint8Array): void {
    this.sent.push({ from, to, datagram });
    const clock = this.#bound.get(keyOf(to))?.clock;
    clock?.after(LATENCY_MS, () => this.#bound.get(keyOf(to))?.onDatagram(datagram, from));
  }
}

function keyOf({ host, port }: SocketAddress): string {
  return `${host}|${port}`;
}

function familyOf(host: string): 4 | 6 {
  return host.includes(":") ? 6 : 4;
}
