import type { Codec } from "@mosaik/postcard";
import type { Index, IndexRange } from "../../../src/groups/positions.js";
import type { LogEntry } from "../../../src/groups/storage/storage.js";
import { logReplaySignature, type LogReplayConfig } from "../../../src/groups/sync/log-replay/config.js";
import { logReplayMessageCodec, type LogReplayMessage } from "../../../src/groups/sync/log-replay/protocol.js";
import type {
  ProviderContext,
  SessionContext,
  StateSync,
  SyncGap,
  SyncProvider,
  SyncSession,
} from "../../../src/groups/sync/sync.js";
import type { Digest, PeerId } from "../../../src/primitives/index.js";

/** The log replay of mosaik 0.4.2 (spec 05 §7.4, §7.5), with its weaknesses: nothing that was fetched is compared with anything. */
export class RustLogReplay implements StateSync<LogReplayMessage> {
  readonly signature: Digest;
  readonly message: Codec<LogReplayMessage> = logReplayMessageCodec(1_000_000);
  readonly #batchSize: number;
  readonly #fetchTimeoutMs: number;

  constructor(options: LogReplayConfig) {
    this.signature = logReplaySignature(options);
    this.#batchSize = options.batchSize;
    this.#fetchTimeoutMs = options.fetchTimeoutMs;
  }

  provider(context: ProviderContext<LogReplayMessage>): SyncProvider<LogReplayMessage> {
    return {
      receive: (message, from) => {
        if (message.kind === "availabilityRequest") {
          const { start, end } = context.log.available();
          const value = { start, end: Math.min(context.committed.index, end) };
          context.send(from, { kind: "availabilityResponse", value });
          return true;
        }
        if (message.kind !== "fetchEntriesRequest") return false;
        const { start, end } = message.value;
        if (start > end) return true;
        const slice = context.log.slice({ start, end: Math.min(end, start + this.#batchSize - 1) });
        const { entries } = slice;
        const range =
          entries.length === 0 ? { start: 0, end: 0 } : { start: slice.start, end: slice.start + entries.length - 1 };
        context.send(from, { kind: "fetchEntriesResponse", value: { range, entries } });
        return true;
      },
    };
  }

  session(context: SessionContext<LogReplayMessage>, gap: SyncGap): SyncSession<LogReplayMessage> {
    return new RustSession(context, gap, this.#batchSize, this.#fetchTimeoutMs);
  }
}

class RustSession implements SyncSession<LogReplayMessage> {
  readonly #context: SessionContext<LogReplayMessage>;
  readonly #batchSize: number;
  readonly #fetchTimeoutMs: number;
  /** The last place that must be fetched. */
  readonly #end: Index;
  readonly #buffered: LogEntry[];
  /** Entries buffered join on here. */
  #bufferedEnd: Index;
  readonly #available = new Map<PeerId, IndexRange | undefined>();
  readonly #inFlight = new Map<PeerId, { readonly range: IndexRange; readonly sinceMs: number }>();
  readonly #fetched = new Map<Index, readonly LogEntry[]>();
  #isClosed = false;

  constructor(
    context: SessionContext<LogReplayMessage>,
    { prev, entries }: SyncGap,
    batchSize: number,
    fetchTimeoutMs: number,
  ) {
    this.#context = context;
    this.#batchSize = batchSize;
    this.#fetchTimeoutMs = fetchTimeoutMs;
    this.#end = prev.index;
    this.#buffered = [...entries];
    this.#bufferedEnd = prev.index + entries.length;
    this.#turn();
  }

  receive(message: LogReplayMessage, from: PeerId): void {
    if (message.kind === "availabilityResponse") this.#available.set(from, message.value);
    if (message.kind === "fetchEntriesResponse") {
      this.#inFlight.delete(from);
      this.#fetched.set(message.value.range.start, message.value.entries);
    }
    this.#turn();
  }

  leaderSent({ prev, entries }: SyncGap): void {
    // Here Rust asserts, and its group dies; a session that waits for ever has the same effect on the others.
    if (prev.index === this.#bufferedEnd) {
      this.#buffered.push(...entries);
      this.#bufferedEnd += entries.length;
    }
    this.#turn();
  }

  bondsChanged(): void {
    this.#turn();
  }

  close(): void {
    this.#isClosed = true;
  }

  #turn(): void {
    if (this.#isClosed) return;
    const { log } = this.#context;
    for (;;) {
      const next = log.last().index + 1;
      const chunk = this.#fetched.get(next);
      if (chunk === undefined || chunk.length === 0) break;
      this.#fetched.delete(next);
      this.#context.append(chunk);
    }
    const next = log.last().index + 1;
    if (next > this.#end) {
      this.#isClosed = true;
      this.#context.append(this.#buffered);
      this.#context.done();
      return;
    }
    this.#ask(next);
  }

  #ask(next: Index): void {
    const { leader } = this.#context;
    const peers = this.#context.bonds();
    const nowMs = this.#context.nowMs();
    for (const peer of [...this.#available.keys()]) if (!peers.includes(peer)) this.#forget(peer);
    for (const [peer, { sinceMs }] of [...this.#inFlight])
      if (nowMs - sinceMs > this.#fetchTimeoutMs) this.#forget(peer);
    for (const peer of peers) {
      if (this.#available.has(peer)) continue;
      this.#available.set(peer, undefined);
      this.#context.send(peer, { kind: "availabilityRequest" });
    }
    let cursor = next;
    const idle = [...peers]
      .sort((a, b) => Number(a === leader) - Number(b === leader))
      .filter((peer) => !this.#inFlight.has(peer));
    while (cursor <= this.#end && idle.length > 0) {
      const busy = [...this.#inFlight.values()].find(({ range }) => range.start <= cursor && cursor <= range.end);
      const held = this.#fetched.get(cursor);
      if (busy !== undefined) cursor = busy.range.end + 1;
      else if (held !== undefined && held.length > 0) cursor += held.length;
      else {
        const at = idle.findIndex((peer) => {
          const range = this.#available.get(peer);
          return range !== undefined && range.start <= cursor && cursor <= range.end;
        });
        if (at < 0) return;
        const [peer] = idle.splice(at, 1) as [PeerId];
        const end = Math.min(cursor + this.#batchSize - 1, this.#end, this.#available.get(peer)!.end);
        this.#inFlight.set(peer, { range: { start: cursor, end }, sinceMs: nowMs });
        this.#context.send(peer, { kind: "fetchEntriesRequest", value: { start: cursor, end } });
        cursor = end + 1;
      }
    }
  }

  #forget(peer: PeerId): void {
    this.#available.delete(peer);
    this.#inFlight.delete(peer);
  }
}
