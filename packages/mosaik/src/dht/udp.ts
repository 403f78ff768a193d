import type { Place } from "./ip.js";

/** A bound UDP socket of one address family. */
export interface UdpSocket {
  readonly family: 4 | 6;
  /** Sends one datagram. What cannot be sent is lost, as it may be on its way. */
  send(datagram: Uint8Array, to: Place): void;
  close(): void;
}

/** The datagrams of a world: those of the machine, or of a simulation. */
export interface Udp {
  /**
   * @param port 0 for any
   * @throws Error where the port or the family is not to be had
   */
  bind(family: 4 | 6, port: number, onDatagram: (datagram: Uint8Array, from: Place) => void): Promise<UdpSocket>;
  /** The addresses of a host's name; none where it is not known, or in no time. Never rejects. */
  resolve(host: string, family: 4 | 6): Promise<readonly string[]>;
}
