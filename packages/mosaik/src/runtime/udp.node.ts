import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import type { SocketAddress, Udp, UdpSocket } from "./udp.js";

/** The datagrams of this machine. @param holdsProcess whether its sockets keep the process alive while they are open */
export const systemUdp = (holdsProcess: boolean): Udp => ({
  bind: (family, port, onDatagram) =>
    new Promise((resolve, reject) => {
      const socket = createSocket({ type: family === 4 ? "udp4" : "udp6", ipv6Only: family === 6 });
      socket.once("error", reject);
      socket.bind(port, () => {
        socket.off("error", reject);
        // A datagram that could not be sent is one that was lost.
        socket.on("error", () => {});
        socket.on("message", (datagram, { address, port: from }) =>
          onDatagram(datagram, { host: address, port: from }),
        );
        if (!holdsProcess) socket.unref();
        const bound: UdpSocket = {
          family,
          send: (datagram: Uint8Array, to: SocketAddress) => socket.send(datagram, to.port, to.host, () => {}),
          close: () => socket.close(),
        };
        resolve(bound);
      });
    }),
  resolve: async (host, family) => {
    try {
      return (await lookup(host, { family, all: true })).map(({ address }) => address);
    } catch {
      return [];
    }
  },
});
