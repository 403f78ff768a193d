import { RustPeer, type StartOptions } from "./peer.js";

/** A relay on the loopback, in a process of its own. */
export interface LocalRelay extends AsyncDisposable {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a relay, without which no Rust node comes online; port 0 takes a free one. */
export async function startRelay(port = 0, options?: StartOptions): Promise<LocalRelay> {
  const peer = await RustPeer.start(options);
  try {
    const { url } = await peer.request<{ url: string }>("relay", { port });
    const close = () => peer.close();
    return { url, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await peer.close();
    throw error;
  }
}
