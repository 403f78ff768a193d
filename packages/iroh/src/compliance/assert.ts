import { TransportError, type CloseInfo, type StreamEnd, type TransportErrorCode } from "../transport.js";

/** A transport did not do what the contract says. */
export class ComplianceFailure extends Error {
  override readonly name = "ComplianceFailure";
}

/** @throws ComplianceFailure with `message` unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ComplianceFailure(message);
}

/** @throws ComplianceFailure unless both are the same value. */
export function assertEquals(actual: string | number | undefined, expected: string | number, what: string): void {
  assert(actual === expected, `${what}: expected ${expected}, got ${String(actual)}`);
}

/** @throws ComplianceFailure unless the value is `undefined`. */
export function assertUndefined(actual: object | undefined, what: string): void {
  assert(actual === undefined, `${what}: expected none`);
}

/** @throws ComplianceFailure unless both hold the same bytes. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assertEquals(actual.length, expected.length, `${what}: length`);
  const difference = actual.findIndex((byte, i) => byte !== expected[i]);
  assert(difference === -1, `${what}: byte ${difference} differs`);
}

/** @throws ComplianceFailure unless `promise` rejects with a `TransportError` of this code, which is returned. */
export async function assertRejects(
  promise: Promise<unknown>,
  code: TransportErrorCode,
  what: string,
): Promise<TransportError> {
  let error: unknown;
  try {
    await promise;
  } catch (caught) {
    error = caught;
  }
  return assertError(error, code, what);
}

/** @throws ComplianceFailure unless `run` throws a `TransportError` of this code at once, which is returned. */
export function assertThrows(run: () => unknown, code: TransportErrorCode, what: string): TransportError {
  let error: unknown;
  try {
    run();
  } catch (caught) {
    error = caught;
  }
  return assertError(error, code, what);
}

/** @throws ComplianceFailure unless the end was an application close with this code and reason, from this side. */
export function assertClosed(info: CloseInfo | undefined, by: "peer" | "local", code: number, reason: string): void {
  assert(info !== undefined, `closed by ${by}: no close information`);
  assert(info.by === by, `closed by ${by} expected, got ${info.by}`);
  assertEquals(info.code, code, `code of a close by ${by}`);
  assertBytes(info.reason, new TextEncoder().encode(reason), `reason of a close by ${by}`);
}

/** @throws ComplianceFailure unless the stream ended because its connection did; the reason is returned. */
export function assertEndedByClose(end: StreamEnd): CloseInfo {
  assert(end.kind === "closed", `a stream's end: expected closed, got ${end.kind}`);
  return end.info;
}

function assertError(error: unknown, code: TransportErrorCode, what: string): TransportError {
  assert(error !== undefined, `${what}: expected the error ${code}, but nothing was thrown`);
  if (!(error instanceof TransportError)) {
    throw new ComplianceFailure(`${what}: expected a TransportError ${code}, got another error`, { cause: error });
  }
  assert(error.code === code, `${what}: expected the error ${code}, got ${error.code} (${error.message})`);
  return error;
}
