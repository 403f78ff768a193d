import { endpointCloseInfo, endpointClosed, transportError } from "./failure.js";
import { guarded } from "./guarded.js";
import type { NativeBinding, NativeFailure, NativeMailbox } from "./native.js";
import type { CloseInfo, EndpointAddr, StreamEnd } from "./transport.js";

/** The kinds of events, numbered as in `native/src/mailbox.rs`. */
const eventKind = { resolved: 0, rejected: 1, chunk: 2, end: 3, room: 4, closed: 5, addr: 6, found: 7 } as const;

/** An operation of the Rust half that answers later. */
export interface Operation<T> {
  /** The number that its answer carries. */
  readonly number: number;
  readonly promise: Promise<T>;
  /** Settles it from this side. The answer of the Rust half, if one comes, is then a stray. */
  resolve(value: T): void;
  reject(error: Error): void;
}

/** A receiving stream, as far as events concern it. */
export interface ChunkSink {
  onChunk(chunk: Uint8Array): void;
  onEnd(end: StreamEnd): void;
}

interface PendingOperation {
  onResolved(value: unknown): void;
  onRejected(error: Error): void;
  onEndpointClosed(): void;
}

/**
 * The JavaScript end of an endpoint's event queue. It owns, by number, whatever waits for events: nothing that is in use is
 * garbage before it has ended.
 */
export class Mailbox {
  readonly native: NativeMailbox;
  /** Called after the endpoint's own address changed. */
  onAddr: (addr: EndpointAddr) => void = () => {};
  /** Called with each endpoint that is found on the local network. */
  onFound: (addr: EndpointAddr) => void = () => {};
  readonly #binding: NativeBinding;
  readonly #operations = new Map<number, PendingOperation>();
  readonly #connections = new Map<number, (info: CloseInfo) => void>();
  readonly #receivers = new Map<number, ChunkSink>();
  readonly #writers = new Map<number, () => void>();
  #operationsBegun = 0;
  #isClosed = false;

  constructor(binding: NativeBinding) {
    this.#binding = binding;
    this.native = new binding.NativeMailbox(() => this.#deliver());
  }

  /**
   * Begins an operation. It is rejected where the endpoint is closed, now or before the answer.
   *
   * @param start hands the operation's number to the Rust half, and may settle it at once
   * @param convert makes the result of the answer, before any later event is looked at
   * @param onEndpointClosed settles it where the endpoint is closed instead
   */
  begin<T>(
    start: (operation: Operation<T>) => void,
    convert: (value: unknown) => T,
    onEndpointClosed: (operation: Operation<T>) => void = (operation) => operation.reject(endpointClosed()),
  ): Operation<T> {
    const number = ++this.#operationsBegun;
    let settle!: Pick<Operation<T>, "resolve" | "reject">;
    const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
    const operation: Operation<T> = {
      number,
      promise,
      resolve: (value) => {
        this.#operations.delete(number);
        settle.resolve(value);
      },
      reject: (error) => {
        this.#operations.delete(number);
        settle.reject(error);
      },
    };
    if (this.#isClosed) {
      onEndpointClosed(operation);
      return operation;
    }
    this.#operations.set(number, {
      onResolved: (value) => operation.resolve(convert(value)),
      onRejected: (error) => operation.reject(error),
      onEndpointClosed: () => onEndpointClosed(operation),
    });
    start(operation);
    return operation;
  }

  /** Calls `onClosed` once, when the connection with this number has ended. */
  keepConnection(number: number, onClosed: (info: CloseInfo) => void): void {
    if (this.#isClosed) onClosed(endpointCloseInfo);
    else this.#connections.set(number, onClosed);
  }

  /** Hands the events of a receiving stream to `sink` until its end, or until `dropReceiver`. */
  keepReceiver(number: number, sink: ChunkSink): void {
    if (this.#isClosed) guarded(() => sink.onEnd({ kind: "closed", info: endpointCloseInfo }));
    else this.#receivers.set(number, sink);
  }

  dropReceiver(number: number): void {
    this.#receivers.delete(number);
  }

  /** Calls `onRoom` at the next sign of room on a sending stream; once. */
  keepWriter(number: number, onRoom: () => void): void {
    if (this.#isClosed) onRoom();
    else this.#writers.set(number, onRoom);
  }

  /** What waits for events now: connections, receiving streams, full sending streams and operations. */
  get keptCount(): number {
    return this.#connections.size + this.#receivers.size + this.#writers.size + this.#operations.size;
  }

  /** Lets the process go, and settles whatever still waits. */
  close(): void {
    if (this.#isClosed) return;
    this.#deliver();
    this.#isClosed = true;
    this.native.close();
    for (const onClosed of drain(this.#connections)) onClosed(endpointCloseInfo);
    for (const sink of drain(this.#receivers)) guarded(() => sink.onEnd({ kind: "closed", info: endpointCloseInfo }));
    for (const onRoom of drain(this.#writers)) onRoom();
    for (const operation of drain(this.#operations)) operation.onEndpointClosed();
  }

  #deliver(): void {
    if (this.#isClosed) return;
    const events = this.native.take();
    for (let i = 0; i < events.length; i += 3) {
      this.#dispatch(events[i] as number, events[i + 1] as number, events[i + 2]);
    }
  }

  #dispatch(kind: number, subject: number, content: unknown): void {
    switch (kind) {
      case eventKind.chunk: {
        const sink = this.#receivers.get(subject);
        if (sink !== undefined) guarded(() => sink.onChunk(content as Uint8Array));
        return;
      }
      case eventKind.room: {
        const onRoom = this.#writers.get(subject);
        this.#writers.delete(subject);
        onRoom?.();
        return;
      }
      case eventKind.resolved: {
        const operation = this.#operations.get(subject);
        if (operation !== undefined) operation.onResolved(content);
        else if (content instanceof this.#binding.NativeConnection) content.close(0, new Uint8Array(0)); // a dial given up
        return;
      }
      case eventKind.rejected:
        this.#operations.get(subject)?.onRejected(transportError(content as NativeFailure));
        return;
      case eventKind.end: {
        const sink = this.#receivers.get(subject);
        this.#receivers.delete(subject);
        if (sink !== undefined) guarded(() => sink.onEnd(content as StreamEnd));
        return;
      }
      case eventKind.closed: {
        const onClosed = this.#connections.get(subject);
        this.#connections.delete(subject);
        onClosed?.(content as CloseInfo);
        return;
      }
      case eventKind.addr:
        return guarded(() => this.onAddr(content as EndpointAddr));
      case eventKind.found:
        guarded(() => this.onFound(content as EndpointAddr));
    }
  }
}

/** Empties a map and returns what was in it. */
function drain<T>(map: Map<number, T>): T[] {
  const values = [...map.values()];
  map.clear();
  return values;
}
