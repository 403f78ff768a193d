import { createServer, type AddressInfo } from "node:net";

/** A TCP port of the loopback that nobody listens on, for a program that cannot be asked to choose one. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
