import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { createNodeRuntime, parseHostPort, type SocketAddress, type UdpSocket } from "../../src/runtime/index.js";

const bound: UdpSocket[] = [];
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
afterEach(() => {
  for (const socket of bound.splice(0)) socket.close();
});

describe("datagrams of this machine", () => {
  it.each(hasIpv6 ? ([4, 6] as const) : ([4] as const))(
    "get to another socket of IPv%i, and say where they come from",
    async (family) => {
      const { udp } = await createNodeRuntime();
      const host = family === 4 ? "127.0.0.1" : "::1";
      const port = 40_000 + family;
      const heard = new Promise<[Uint8Array, SocketAddress]>((resolve, reject) => {
        const listening = udp!.bind(family, port, (datagram, from) => resolve([datagram, from]));
        listening.then((socket) => bound.push(socket), reject);
        void listening.then(async () => {
          const sender = await udp!.bind(family, 0, () => {});
          bound.push(sender);
          sender.send(Uint8Array.of(1, 2, 3), { host, port });
        });
      });
      const [datagram, from] = await heard;
      expect([...datagram]).toEqual([1, 2, 3]);
      expect(from.host).toBe(host);
      expect(from.port).not.toBe(port);
    },
  );

  it("are not to be had twice at one port", async () => {
    const { udp } = await createNodeRuntime();
    bound.push(await udp!.bind(4, 40_014, () => {}));
    await expect(udp!.bind(4, 40_014, () => {})).rejects.toThrow(/EADDRINUSE/);
  });

  it("that cannot be sent are lost without a word", async () => {
    const { udp } = await createNodeRuntime();
    const socket = await udp!.bind(4, 0, () => {});
    bound.push(socket);
    expect(() => socket.send(Uint8Array.of(1), { host: "::1", port: 9 })).not.toThrow();
    expect(() => socket.send(new Uint8Array(70_000), { host: "127.0.0.1", port: 9 })).not.toThrow();
  });

  it("know this machine's name", async () => {
    const { udp } = await createNodeRuntime();
    expect(await udp!.resolve("localhost", 4)).toContain("127.0.0.1");
  });
});

describe("a host and a port", () => {
  it.each([
    ["example.net:6881", { host: "example.net", port: 6881 }],
    ["192.0.2.1:1", { host: "192.0.2.1", port: 1 }],
    ["[2001:db8::1]:65535", { host: "2001:db8::1", port: 65_535 }],
  ])("are %s", (text, address) => expect(parseHostPort(text)).toEqual(address));

  it.each(["", "host", "host:0", "host:65536", "::1:6881", "[::1]", "a b:1", "host:1 "])("are not %j", (text) =>
    expect(() => parseHostPort(text)).toThrow(TypeError),
  );
});
