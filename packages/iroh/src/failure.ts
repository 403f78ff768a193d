import type { NativeFailure } from "./native.js";
import { TransportError, type CloseInfo } from "./transport.js";

/** The error that a failure of the Rust half stands for. */
export function transportError(failure: NativeFailure): TransportError {
  const { code, message, closeInfo, streamCode } = failure;
  return new TransportError(code, message, { closeInfo, streamCode });
}

export function connectionClosed(closeInfo: CloseInfo): TransportError {
  return new TransportError("closed", "the connection is closed", { closeInfo });
}

export function endpointClosed(): TransportError {
  return new TransportError("closed", "the endpoint is closed");
}

/** How everything of an endpoint ends that has no reason of its own when the endpoint is closed. */
export const endpointCloseInfo: CloseInfo = { by: "local", code: 0, reason: new Uint8Array(0) };
