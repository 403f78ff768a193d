/** The text of an IP address, and a UDP port. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** A bound UDP socket of one address family. */
export interface UdpSocket {
  readonly family: 4 | 6;
  /** Sends one datagram. What cannot be sent is lost, as it may be on its way. */
  send(datagram: Uint8Array, to: SocketAddress): void;
  close(): void;
}

/** The datagrams of a world: those of the machine, or of a simulation. */
export interface Udp {
  /**
   * @param port 0 for any
   * @throws Error where the port or the family is not to be had
   */
  bind(
    family: 4 | 6,
    port: number,
    onDatagram: (datagram: Uint8Array, from: SocketAddress) => void,
  ): Promise<UdpSocket>;
  /** The addresses of a host's name; none where it is not known, or in no time. Never rejects. */
  resolve(host: string, family: 4 | 6): Promise<readonly string[]>;
}

/** A host, by name or IP address, and a port: `host:port` or `[v6]:port`. @throws TypeError for any other text */
export function parseHostPort(text: string): SocketAddress {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port === 0 || port > 65_535) throw new TypeError(`not host:port or [v6]:port: ${text}`);
  return { host: match[1] ?? match[2]!, port };
}
