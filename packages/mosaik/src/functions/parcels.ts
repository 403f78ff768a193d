import {
  CLOSE,
  FRAME_HEADER_BYTES,
  NetworkError,
  PURPOSE,
  writeFrameHeader,
  type KeptConnection,
  type Link,
  type LinkEnd,
} from "../network/index.js";
import type { Runtime } from "../runtime/index.js";
import { abortReason, concatBytes } from "../primitives/index.js";
import { CALLS_VERSION, callsBodyCodec, splitId } from "./protocol.js";

/** How long a payload may wait for the frame that names it, or the frame for the payload, in ms. */
const MEETING_TIMEOUT_MS = 10_000;

/** A payload is sent in pieces of this size, in bytes. */
const PIECE_BYTES = 64 * 1024;
/** Bytes of a payload that may be on their way, once it is expected. */
const WINDOW_BYTES = 1024 * 1024;

/** Which payload it is: of a call, by its session and id, and of which side's session. */
export interface ParcelKey {
  /** Whether the session is one that this side opened. */
  readonly isOurSession: boolean;
  readonly session: number;
  readonly id: number;
}

interface Expected {
  readonly arrived: (link: Link) => void;
}

/**
 * The large payloads of one connection, each on a stream of its own (spec 08 §2). A stream may arrive before the frame that names it,
 * or after: here they meet. Nothing of a payload beyond a stream's first credit is read before it is expected.
 */
export class Parcels {
  readonly #runtime: Runtime;
  readonly #waiting = new Map<string, Link>();
  readonly #expected = new Map<string, Expected>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** A stream with a payload has come. */
  arrive(key: ParcelKey, link: Link): void {
    const name = nameOf(key);
    const expected = this.#expected.get(name);
    if (expected !== undefined) {
      this.#expected.delete(name);
      return expected.arrived(link);
    }
    if (this.#waiting.has(name)) return link.close(CLOSE.protocolViolation);
    this.#waiting.set(name, link);
    const cancelTimer = this.#runtime.after(MEETING_TIMEOUT_MS, () => link.close(CLOSE.dropped));
    void link.closed.then(() => {
      cancelTimer();
      if (this.#waiting.get(name) === link) this.#waiting.delete(name);
    });
  }

  /**
   * The payload of a call.
   *
   * @param bytes how long it was said to be
   * @throws NetworkError `protocolViolation` if it is of another length; as `Link.recv`; the signal's reason
   */
  async take(key: ParcelKey, bytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const link = await this.#meet(key, signal);
    const onAbort = (): void => link.close(CLOSE.cancelled);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      if (signal.aborted) throw abortReason(signal);
      const payload = await receiveParcel(link, bytes);
      link.finish().catch(() => {});
      return payload;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  #meet(key: ParcelKey, signal: AbortSignal): Promise<Link> {
    const name = nameOf(key);
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      this.#waiting.delete(name);
      return Promise.resolve(waiting);
    }
    return new Promise<Link>((resolve, reject) => {
      const end = (): void => {
        cancelTimer();
        signal.removeEventListener("abort", onAbort);
        this.#expected.delete(name);
      };
      const onAbort = (): void => {
        end();
        reject(abortReason(signal));
      };
      const cancelTimer = this.#runtime.after(MEETING_TIMEOUT_MS, () => {
        end();
        reject(new NetworkError("timeout", "the payload of a call did not come"));
      });
      signal.addEventListener("abort", onAbort, { once: true });
      this.#expected.set(name, {
        arrived: (link) => {
          end();
          resolve(link);
        },
      });
      if (signal.aborted) onAbort();
    });
  }
}

/**
 * Sends a payload on a stream of its own; resolves when the peer's transport has it.
 *
 * @param isRequest whether it goes from the session's opener to the handler
 * @throws NetworkError, TransportError; the signal's reason
 */
export async function sendParcel(
  connection: KeptConnection,
  { session, id }: { session: number; id: number },
  isRequest: boolean,
  payload: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const body = callsBodyCodec.encode({ kind: "Parcel", value: { session, isRequest, ...splitId(id) } });
  const { link } = await connection.open(PURPOSE.calls, CALLS_VERSION, body);
  const onAbort = (): void => link.close(CLOSE.cancelled);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    for (let at = 0; at < payload.length; at += PIECE_BYTES) {
      const piece = payload.subarray(at, at + PIECE_BYTES);
      const frame = new Uint8Array(FRAME_HEADER_BYTES + piece.length);
      writeFrameHeader(frame, 0, piece.length);
      frame.set(piece, FRAME_HEADER_BYTES);
      link.sendFrames(frame, piece.length);
      if (link.writer.queuedBytes > 0) await link.writer.idle();
    }
    await link.finish();
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Gathers the pieces of a payload; memory grows with what has arrived. @throws NetworkError if it is not as long as was said */
function receiveParcel(link: Link, bytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let received = 0;
    const refuse = (message: string): void => {
      link.close(CLOSE.protocolViolation);
      reject(new NetworkError("protocolViolation", message, { peer: link.peer }));
    };
    const onFrame = (chunk: Uint8Array, start: number, end: number): void => {
      received += end - start;
      if (received > bytes || end === start) return refuse("a payload is longer than was said");
      pieces.push(chunk.slice(start, end));
    };
    const onEnd = (end: LinkEnd): void => {
      if (end.kind === "ended" && received === bytes) return resolve(concatBytes(...pieces));
      if (end.kind === "ended") return refuse("a payload is shorter than was said");
      const closeInfo = link.closeInfo();
      reject(new NetworkError("closed", "the payload of a call was lost", { peer: link.peer, closeInfo }));
    };
    link.receive({ onFrame, onDelivered: (count) => link.release(count), onEnd }, WINDOW_BYTES);
  });
}

function nameOf({ isOurSession, session, id }: ParcelKey): string {
  return `${isOurSession ? "ours" : "theirs"}/${session}/${id}`;
}
