/**
 * What `@number0/iroh` says in words, in the terms of the contract. Its errors are Rust's `Debug` texts of iroh 1.0 and noq 1.0, with a
 * backtrace behind them where RUST_BACKTRACE is set.
 */
import { TransportError, type CloseInfo, type TransportErrorCode } from "../transport.js";

/** Error codes of QUIC (RFC 9000 §20.1) as noq names them; the place is the code. */
const QUIC_CODES = [
  "NO_ERROR",
  "INTERNAL_ERROR",
  "CONNECTION_REFUSED",
  "FLOW_CONTROL_ERROR",
  "STREAM_LIMIT_ERROR",
  "STREAM_STATE_ERROR",
  "FINAL_SIZE_ERROR",
  "FRAME_ENCODING_ERROR",
  "TRANSPORT_PARAMETER_ERROR",
  "CONNECTION_ID_LIMIT_ERROR",
  "PROTOCOL_VIOLATION",
  "INVALID_TOKEN",
  "APPLICATION_ERROR",
  "CRYPTO_BUFFER_EXCEEDED",
  "KEY_UPDATE_ERROR",
  "AEAD_LIMIT_REACHED",
  "NO_VIABLE_PATH",
];
/** QUIC adds the number of a TLS alert to this (RFC 9001 §4.8). */
const CRYPTO_CODE = 0x100;

/** Failures that a dial finds on this side. */
const DIAL_FAILURES: readonly (readonly [words: RegExp, code: TransportErrorCode])[] = [
  [/connecting to ourself/i, "selfDial"],
  [/no addressing information/i, "noAddress"],
  [/endpoint is closed|endpoint stopping/i, "closed"],
];

/** The words of an error, without a backtrace. */
export function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n\nStack backtrace:", 1)[0]!.trim();
}

/** Why a connection ended, by the `Debug` text of its `ConnectionError`. */
export function closeInfoOf(words: string): CloseInfo {
  const application = /^ApplicationClosed\(ApplicationClose \{ error_code: (\d+), reason: b"(.*)" \}\)$/s.exec(words);
  if (application !== null) return { by: "peer", code: Number(application[1]), reason: bytesOf(application[2]!) };
  if (words === "TimedOut") return { by: "timeout" };
  if (words === "Reset") return { by: "reset" };
  if (words === "LocallyClosed") return { by: "local", code: 0, reason: new Uint8Array(0) };
  const code = quicCodeOf(words);
  return { by: "transport", ...(code === undefined ? {} : { code }), message: words };
}

/** What an operation on a stream failed with; `undefined` where that was its connection. */
export function streamFailureOf(words: string): TransportError | undefined {
  const [, kind, code] = /^(Stopped|Reset)\((\d+)\)$/.exec(words) ?? [];
  if (kind === "Stopped") return stoppedError(Number(code));
  if (kind === "Reset") return resetError(Number(code));
  return words.startsWith("ClosedStream") ? endedError() : undefined;
}

/** The peer reads a stream no further. */
export function stoppedError(streamCode: number): TransportError {
  return new TransportError("stopped", `the peer stopped reading the stream with code ${streamCode}`, { streamCode });
}

/** The peer has dropped a stream. */
function resetError(streamCode: number): TransportError {
  return new TransportError("reset", `the peer reset the stream with code ${streamCode}`, { streamCode });
}

/** This side has finished, reset or stopped a stream. */
export function endedError(): TransportError {
  return new TransportError("finished", "the stream was ended by this side");
}

/** What a dial failed with. A peer chooses some of the words, so that those of its closes are looked at first, and alone. */
export function dialFailureOf(words: string): TransportError {
  const message = `the dial failed: ${words}`;
  const [, end, said] = /\b(closed|aborted) by peer: (.*)$/s.exec(words) ?? [];
  if (end === "closed") return new TransportError("closed", message, { closeInfo: peerCloseOf(said!) });
  if (end === "aborted") return new TransportError(abortCodeOf(said!), message);
  return new TransportError(DIAL_FAILURES.find(([pattern]) => pattern.test(words))?.[1] ?? "unreachable", message);
}

/** An application's close as `Display` writes it: the code alone, or behind the reason. */
function peerCloseOf(said: string): CloseInfo {
  const [, reason, code] = /^(?:(.*) \(code )?(\d+)\)?$/s.exec(said) ?? [];
  return { by: "peer", code: Number(code ?? 0), reason: new TextEncoder().encode(reason ?? "") };
}

/** A close by the peer's QUIC: TLS alert 120 is `no_application_protocol` (RFC 7301 §3.2). */
function abortCodeOf(said: string): TransportErrorCode {
  if (said.startsWith("the cryptographic handshake failed: error 120")) return "alpnRefused";
  return said.startsWith("the application or application protocol caused") ? "closed" : "unreachable";
}

function quicCodeOf(words: string): number | undefined {
  const pattern = /\b(?:error_)?code: (?:Code::crypto\(([0-9a-f]+)\)|Code\(([0-9a-f]+)\)|([A-Z_]+))/;
  const [, alert, unnamed, name] = pattern.exec(words) ?? [];
  if (alert !== undefined) return CRYPTO_CODE + Number.parseInt(alert, 16);
  if (unnamed !== undefined) return Number.parseInt(unnamed, 16);
  const code = name === undefined ? -1 : QUIC_CODES.indexOf(name);
  return code === -1 ? undefined : code;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, "0": 0, '"': 34, "'": 39, "\\": 92 };

/** The bytes of a `Debug` text of Rust's `Bytes`: printable ASCII as it is, everything else escaped. */
function bytesOf(escaped: string): Uint8Array {
  const bytes: number[] = [];
  for (const [, plain, hex, escape] of escaped.matchAll(/([^\\])|\\(?:x([0-9a-f]{2})|(.))/gs)) {
    if (plain !== undefined) bytes.push(plain.charCodeAt(0));
    else bytes.push(hex === undefined ? (ESCAPES[escape!] ?? 63) : Number.parseInt(hex, 16));
  }
  return Uint8Array.from(bytes);
}
