import { importRival } from "./packages.js";

export const PROTOCOL = "/bench/1.0";

/** What the benchmark uses of a libp2p stream. */
export interface Libp2pStream {
  addEventListener(
    type: "message",
    listener: (event: { readonly data: { readonly byteLength: number } }) => void,
  ): void;
  /** Whether more may be written at once. */
  send(bytes: Uint8Array): boolean;
  onDrain(): Promise<void>;
}

/** What it uses of a node. */
export interface Libp2pNode {
  handle(protocol: string, handler: (stream: Libp2pStream) => void): Promise<void>;
  dialProtocol(address: unknown, protocol: string): Promise<Libp2pStream>;
  getMultiaddrs(): { toString(): string }[];
}

type Component = (options?: object) => unknown;

/** A node with TCP, Noise and Yamux on the loopback. */
export async function createNode(): Promise<Libp2pNode> {
  provideWithResolvers();
  const { createLibp2p } = await importRival<{ createLibp2p: (options: object) => Promise<Libp2pNode> }>("libp2p");
  const { tcp } = await importRival<{ tcp: Component }>("@libp2p/tcp");
  const { noise } = await importRival<{ noise: Component }>("@chainsafe/libp2p-noise");
  const { yamux } = await importRival<{ yamux: Component }>("@chainsafe/libp2p-yamux");
  return createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
}

export async function parseMultiaddr(text: string): Promise<unknown> {
  const { multiaddr } = await importRival<{ multiaddr: (text: string) => unknown }>("@multiformats/multiaddr");
  return multiaddr(text);
}

/** A dependency of libp2p needs this function, which Node.js 20 does not have. */
function provideWithResolvers(): void {
  const target = Promise as unknown as { withResolvers?: () => unknown };
  target.withResolvers ??= () => {
    let resolve, reject;
    const promise = new Promise((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    return { promise, resolve, reject };
  };
}
