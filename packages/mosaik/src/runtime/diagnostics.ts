/** Where messages of one kind go. That of `node:diagnostics_channel` is one. */
export interface DiagnosticsChannel {
  /** Whether anybody listens: look before making a message. */
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/** How the world hears what happens in a node, whoever listens and whether or not anybody does. */
export interface Diagnostics {
  /** The channel of a name. Rooms ask once and keep it. */
  channel(name: string): DiagnosticsChannel;
}

const nobody: DiagnosticsChannel = { hasSubscribers: false, publish: () => {} };

/** A world in which nobody listens. */
export const silentDiagnostics: Diagnostics = { channel: () => nobody };
