import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import type { AttemptSink } from "../../src/functions/attempt.js";
import { CallRun, type CallRunContext } from "../../src/functions/call-run.js";
import type { Candidate, Candidates } from "../../src/functions/candidates.js";
import { Deadlines } from "../../src/functions/deadlines.js";
import type { FunctionError } from "../../src/functions/index.js";
import { NetworkError, PeerEntry, PeerInfo } from "../../src/network/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";

/** Handlers as the test says, each attempt told to it. */
class Handlers {
  readonly known = new Map<PeerId, Candidate>();
  readonly attempts: { readonly peer: PeerId; readonly sink: AttemptSink; readonly signal: AbortSignal }[] = [];

  add(name: string): Candidate {
    const peer = PeerId.fromBytes(Digest.from(name).bytes);
    const entry = PeerEntry.create("0.4.2", Digest.from("test"), { id: peer, addrs: [] }, 0);
    const fresh = { rttClass: 0, outstanding: 0, failures: 0, setBackUntilMs: 0, pickedAt: 0, isLocal: false };
    const candidate = { peer, info: new PeerInfo(entry, 1), ...fresh };
    this.known.set(peer, candidate);
    return candidate;
  }

  get size(): number {
    return this.known.size;
  }

  has(peer: PeerId): boolean {
    return this.known.has(peer);
  }

  hasUntried(tried: ReadonlySet<PeerId>): boolean {
    return [...this.known.keys()].some((peer) => !tried.has(peer));
  }

  pick(tried: ReadonlySet<PeerId> | undefined): Candidate | undefined {
    return [...this.known.values()].find(({ peer }) => tried?.has(peer) !== true);
  }
}

function start(
  seed: string,
  { isIdempotent = false, timeoutMs = 5000 } = {},
): {
  sim: Simulator;
  handlers: Handlers;
  answer: Promise<unknown>;
  changed: () => void;
} {
  const sim = new Simulator({ seed });
  const runtime = sim.runtime("node");
  const handlers = new Handlers();
  const waiting = new Set<CallRun>();
  const context: CallRunContext = {
    runtime,
    deadlines: new Deadlines(runtime),
    functionId: Digest.from("f"),
    candidates: handlers as unknown as Candidates,
    responseCodec: t.u8,
    errorCodec: t.unit,
    backoff: { initialMs: 50, factor: 2, maxMs: 1000, jitter: 0 },
    session: () => undefined,
    attempt: ({ peer }, _request, sink, signal) => void handlers.attempts.push({ peer, sink, signal }),
    introduce: () => Promise.resolve(),
    onAttempt: () => {},
    onWaiting: (run) => void waiting.add(run),
    onEnd: (run) => void waiting.delete(run),
  };
  const nowMs = runtime.monoMs();
  const options = { payload: new Uint8Array(0), dueMs: nowMs + timeoutMs, traceparent: undefined, nowMs };
  const answer = new Promise((resolve, reject) => {
    new CallRun(context, { ...options, isIdempotent, signal: undefined }, resolve, reject).start();
  });
  answer.catch(() => {});
  const changed = (): void => {
    for (const run of [...waiting]) {
      waiting.delete(run);
      run.candidatesChanged();
    }
  };
  return { sim, handlers, answer, changed };
}

describe("the course of a call", () => {
  it("goes on with a handler that failed, went and came back", async () => {
    const { sim, handlers, changed, answer } = start("back");
    const a = handlers.add("a");
    changed();
    expect(handlers.attempts).toHaveLength(1);
    handlers.known.clear();
    handlers.attempts[0]!.sink.refused(11_509, false);
    await sim.advance(1000);
    handlers.known.set(a.peer, a);
    changed();
    expect(handlers.attempts).toHaveLength(2);
    handlers.attempts[1]!.sink.refused(11_500, true);
    await expect(answer).rejects.toMatchObject({ code: "rejected", closeCode: 11_500, outcomeUnknown: true });
  });

  it("goes on with another handler where one leaves before it was reached, not where it may run the function", async () => {
    const { handlers, changed, answer } = start("left");
    const [a, b] = ["a", "b"].map((name) => handlers.add(name));
    changed();
    changed();
    expect(handlers.attempts).toHaveLength(1);
    handlers.known.delete(a!.peer);
    changed();
    expect(handlers.attempts.map(({ peer, signal }) => [peer, signal.aborted])).toEqual([
      [a!.peer, true],
      [b!.peer, false],
    ]);
    expect([a!.outstanding, b!.outstanding]).toEqual([0, 1]);
    handlers.attempts[1]!.sink.sent();
    handlers.known.delete(b!.peer);
    changed();
    expect(handlers.attempts[1]!.signal.aborted).toBe(false);
    handlers.attempts[1]!.sink.lost(new NetworkError("closed", "gone"), true);
    await expect(answer).rejects.toMatchObject({
      code: "transport",
      outcomeUnknown: true,
      attempts: [
        { peer: a!.peer, outcome: "transport", mayHaveRun: false },
        { peer: b!.peer, outcome: "transport", mayHaveRun: true },
      ],
    });
  });

  it("tries every handler once a round, and rounds by backoff", async () => {
    const { sim, handlers, changed, answer } = start("rounds", { timeoutMs: 300 });
    for (const name of ["a", "b"]) handlers.add(name);
    changed();
    for (let i = 0; i < 4; i++) {
      await sim.until(() => handlers.attempts.length === i + 1, { withinMs: 500 });
      handlers.attempts[i]!.sink.refused(11_509, false);
    }
    const peers = handlers.attempts.map(({ peer }) => peer);
    expect(peers).toEqual([peers[0], peers[1], peers[0], peers[1]]);
    await sim.within(1000, Promise.allSettled([answer]));
    await expect(answer).rejects.toMatchObject({ code: "timeout" });
  });

  it("fails over where the function did not run, and ends where that is unknown", async () => {
    const { handlers, changed, answer } = start("unknown");
    for (const name of ["a", "b", "c"]) handlers.add(name);
    changed();
    handlers.attempts[0]!.sink.lost(new Error("not reached"), false);
    handlers.attempts[1]!.sink.lost(new Error("cut off"), true);
    await expect(answer).rejects.toMatchObject({
      code: "transport",
      outcomeUnknown: true,
      cause: { message: "cut off" },
    });
    expect(handlers.attempts).toHaveLength(2);
  });

  it("fails over in any case where it is idempotent", async () => {
    const { handlers, changed, answer } = start("idempotent", { isIdempotent: true });
    for (const name of ["a", "b"]) handlers.add(name);
    changed();
    handlers.attempts[0]!.sink.refused(11_500, true);
    handlers.attempts[1]!.sink.refused(400, false);
    await expect(answer).rejects.toMatchObject({
      code: "rejected",
      closeCode: 400,
      attempts: [
        { outcome: "rejected", closeCode: 11_500, mayHaveRun: true },
        { outcome: "rejected", closeCode: 400, mayHaveRun: false },
      ],
    });
  });

  it("says what failed before, when its time is up during an attempt", async () => {
    const { sim, handlers, changed, answer } = start("after refusals", { timeoutMs: 100 });
    const peers = ["a", "b", "c"].map((name) => handlers.add(name).peer);
    changed();
    handlers.attempts[0]!.sink.refused(11_509, false);
    handlers.attempts[1]!.sink.lost(new NetworkError("closed", "cut off"), false);
    handlers.attempts[2]!.sink.sent();
    await sim.within(200, Promise.allSettled([answer]));
    await expect(answer).rejects.toMatchObject({
      code: "timeout",
      closeCode: undefined,
      cause: { message: "cut off" },
      outcomeUnknown: true,
      attempts: [
        { peer: peers[0], outcome: "rejected", closeCode: 11_509, mayHaveRun: false },
        { peer: peers[1], outcome: "transport", closeCode: undefined, mayHaveRun: false },
        { peer: peers[2], outcome: "abandoned", closeCode: undefined, mayHaveRun: true },
      ],
    });
  });

  it("tells of its last 32 failures, and rejects with what its handlers say when its time is up between two rounds", async () => {
    const { sim, handlers, changed, answer } = start("many", { timeoutMs: 60_000 });
    handlers.add("a");
    changed();
    for (let i = 0; i < 40; i++) {
      await sim.until(() => handlers.attempts.length === i + 1, { withinMs: 5000 });
      handlers.attempts[i]!.sink.refused(i < 39 ? 11_509 : 11_403, false);
    }
    handlers.known.clear();
    await sim.within(60_000, Promise.allSettled([answer]));
    const error = (await answer.catch((failure: unknown) => failure)) as FunctionError;
    expect(error).toMatchObject({ code: "rejected", closeCode: 11_403, outcomeUnknown: false });
    expect(error.attempts.map(({ closeCode }) => closeCode)).toEqual([...Array<number>(31).fill(11_509), 11_403]);
  });

  it("tells the attempt under way when its time is up, and hears nothing of it any more", async () => {
    const { sim, handlers, changed, answer } = start("late", { timeoutMs: 100 });
    handlers.add("a");
    changed();
    const { sink, signal } = handlers.attempts[0]!;
    await sim.within(200, Promise.allSettled([answer]));
    await expect(answer).rejects.toMatchObject({ code: "timeout", outcomeUnknown: false });
    expect(signal.aborted).toBe(true);
    sink.refused(11_500, true);
    expect([...handlers.known.values()][0]!.outstanding).toBe(0);
  });
});
