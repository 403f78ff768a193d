import { RustPeer, type StartOptions } from "./peer.js";

/** A relay in a process of its own. */
export interface LocalRelay extends AsyncDisposable {
  readonly url: string;
  close(): Promise<void>;
}

/** A relay over HTTPS, with QUIC address discovery beside it. */
export interface SecureRelay extends LocalRelay {
  /** Whom to trust so that the relay is: PEM. */
  readonly certificate: string;
  /** The UDP port of QUIC address discovery. */
  readonly quicPort: number;
}

export interface RelayOptions extends StartOptions {
  /** The IP address to serve on; 127.0.0.1 if absent. */
  readonly host?: string;
}

export interface SecureRelayOptions extends RelayOptions {
  /** The TCP port of HTTPS; a free one if absent. */
  readonly port?: number;
  /** The UDP port of QUIC address discovery; a free one if absent. */
  readonly quicPort?: number;
}

/** Starts a relay in plain HTTP, without which no Rust node comes online; port 0 takes a free one. */
export function startRelay(port = 0, { host, ...options }: RelayOptions = {}): Promise<LocalRelay> {
  return start<{ url: string }>({ port, host }, options);
}

/**
 * Starts a relay with a self-signed certificate. A Rust node cannot be told to trust it: mosaik 0.4.2 leaves iroh with the authorities
 * that are compiled in, and has no setting for others.
 *
 * @param names DNS names or IP addresses that the certificate is for; the first is in the URL
 */
export function startSecureRelay(
  names: readonly string[],
  { port = 0, host, quicPort = 0, ...options }: SecureRelayOptions = {},
): Promise<SecureRelay> {
  const args = { port, host, tls: { names, quicPort } };
  return start<{ url: string; certificate: string; quicPort: number }>(args, options);
}

async function start<T extends { url: string }>(args: object, options: StartOptions): Promise<T & LocalRelay> {
  const peer = await RustPeer.start(options);
  try {
    const answer = await peer.request<T>("relay", args);
    const close = () => peer.close();
    return { ...answer, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await peer.close();
    throw error;
  }
}
