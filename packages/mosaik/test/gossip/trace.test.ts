import { expect, it } from "vitest";
import type { GossipOutput, GossipTimer, Pick } from "../../src/gossip/core-io.js";
import { topicMessageCodec, type TopicMessage } from "../../src/gossip/protocol.js";
import { TopicCore, type TopicInput } from "../../src/gossip/topic.js";
import { Digest, fromHex, PeerId, toHex } from "../../src/primitives/index.js";
import { createNodeRuntime } from "../../src/runtime/index.js";
import { loadCases } from "../vectors/load.js";

interface Case {
  readonly at: number;
  readonly kind: "command" | "timer-fired" | "sent" | "timer" | "event" | "disconnect-peer" | "peer-data-output";
  readonly node?: number;
  readonly from?: number;
  readonly to?: number;
  readonly peer?: number;
  readonly hex?: string;
  readonly data?: string;
  readonly delayMs?: number;
  readonly command?: string;
  readonly event?: string;
  readonly timer?: string;
}

const utf8 = new TextEncoder();
const trace = loadCases<Case>("gossip-trace.json");
const runtime = await createNodeRuntime();
const ids = Array.from({ length: 9 }, (_, n) => PeerId.fromBytes(runtime.publicKey(new Uint8Array(32).fill(n))));
const numberOf = (id: PeerId): number => ids.indexOf(id);
const isInput = ({ kind }: Case): boolean => kind === "command" || kind === "timer-fired";

/** The peers that Rust drew in one step, told from what it did next. */
function replayedPick(outputs: readonly Case[]): Pick {
  const sent = outputs.filter(({ kind }) => kind === "sent");
  const messages = sent.map(({ hex, to }) => ({ to: to!, message: topicMessageCodec.decode(fromHex(hex!)!) }));
  const isKind = (kind: string) => (entry: { message: TopicMessage }) => entry.message.value.kind === kind;
  const nodesSent = messages.flatMap(({ message: { value } }) => {
    if (value.kind === "shuffle") return value.value.nodes.map(({ id }) => id);
    return value.kind === "shuffleReply" ? value.value.map(({ id }) => id) : [];
  });
  return (candidates, purpose) => {
    const drawn = ((): PeerId | undefined => {
      switch (purpose) {
        case "shuffleNodes":
        case "replyNodes":
          return nodesSent.shift();
        case "evictActive": {
          const down = outputs.find(({ event }) => event?.startsWith("NeighborDown"));
          return PeerId.from(/\((\w{64})\)\)/.exec(down!.event!)![1]!);
        }
        case "refill":
          return ids[messages.find(isKind("neighbor"))!.to];
        case "forwardJoin":
          return ids[messages.find(isKind("forwardJoin"))!.to];
        case "forwardShuffle":
        case "shuffleTarget":
          return ids[messages.find(isKind("shuffle"))!.to];
        case "evictPassive":
          throw new Error("no passive view was full");
      }
    })();
    expect(candidates, purpose).toContain(drawn);
    return drawn!;
  };
}

function timerOf(text: string): GossipTimer {
  if (text.includes("DoShuffle")) return { kind: "shuffle" };
  if (text.includes("EvictCache")) return { kind: "evictCache" };
  if (text.includes("DispatchLazyPush")) return { kind: "dispatchLazy" };
  const id = /\((\w{64})\)+ }$/.exec(text)![1]!;
  if (text.includes("PendingNeighborRequest")) return { kind: "neighborTimeout", peer: PeerId.from(id) };
  return { kind: "sendGraft", id: Digest.from(id) };
}

function inputOf({ kind, command, timer }: Case): TopicInput {
  if (kind === "timer-fired") return { kind: "timer", timer: timerOf(timer!) };
  if (command === "Quit") return { kind: "quit" };
  const join = /^Join \[(?:node (\d))?\]$/.exec(command!);
  if (join !== null) return { kind: "join", peers: join[1] === undefined ? [] : [ids[Number(join[1])]!] };
  const [, content, scope] = /^Broadcast "(\w+)" (\w+)/.exec(command!)!;
  return { kind: "broadcast", content: utf8.encode(content), scope: scope === "Swarm" ? "swarm" : "neighbors" };
}

/** An output as the trace has it. */
function recorded(at: number, node: number, output: GossipOutput): unknown {
  switch (output.kind) {
    case "send":
      return {
        at,
        from: node,
        kind: "sent",
        to: numberOf(output.to),
        hex: toHex(topicMessageCodec.encode(output.message)),
      };
    case "schedule":
      return { at, node, kind: "timer", delayMs: output.delayMs, timer: output.timer };
    case "neighborUp":
      return { at, node, kind: "event", event: `NeighborUp(PublicKey(${output.peer.hex}))` };
    case "neighborDown":
      return { at, node, kind: "event", event: `NeighborDown(PublicKey(${output.peer.hex}))` };
    case "received": {
      const { content, from, scope } = output;
      const by = scope.kind === "swarm" ? `Swarm(Round(${scope.value}))` : "Neighbors";
      const details = `content: <${content.length}b>, delivered_from: PublicKey(${from.hex}), scope: ${by}`;
      return { at, node, kind: "event", event: `Received(GossipEvent { ${details} })` };
    }
    case "disconnectPeer":
      return { at, node, kind: "disconnect-peer", peer: numberOf(output.peer) };
    case "peerData":
      return { at, node, kind: "peer-data-output", peer: numberOf(output.peer), data: toHex(output.data) };
  }
}

function expected(record: Case): unknown {
  const { meaning: _, ...rest } = record as Case & { meaning?: string };
  return rest.kind === "timer" ? { ...rest, timer: timerOf(rest.timer!) } : rest;
}

it("vectors/gossip-trace.json: eight state machines do what Rust's did", () => {
  const relayData = fromHex(trace.find(({ data }) => data !== undefined)!.data!)!;
  const picks: Pick[] = [];
  const cores = ids.map((me, n) => {
    const myData = n === 1 ? relayData : new Uint8Array();
    const pick: Pick = (candidates, purpose) => picks[n]!(candidates, purpose);
    const rules = { isExact: true };
    const idOf = (content: Uint8Array): Digest => Digest.hash(content);
    return new TopicCore({ me, myData, pick, idOf, membership: rules, broadcast: rules });
  });
  const inFlight: { from: number; to: number; message: TopicMessage }[] = [];
  let next = 0;
  let nowMs = 0;

  const step = (node: number, input: TopicInput): void => {
    // What the node did is what stands next, at this time and of this node.
    let end = next;
    while (end < trace.length) {
      const record = trace[end]!;
      if (isInput(record) || record.at !== nowMs || (record.node ?? record.from) !== node) break;
      end++;
    }
    const records = trace.slice(next, end);
    picks[node] = replayedPick(records);
    const outputs = cores[node]!.step(input, nowMs);
    expect(outputs.map((output) => recorded(nowMs, node, output))).toEqual(records.map(expected));
    next = end;
    for (const output of outputs) {
      if (output.kind === "send") inFlight.push({ from: node, to: numberOf(output.to), message: output.message });
    }
  };

  const deliver = (): void => {
    const { from, to, message } = inFlight.shift()!;
    nowMs++;
    step(to, { kind: "message", from: ids[from]!, message });
  };

  while (next < trace.length) {
    const record = trace[next]!;
    if (isInput(record)) {
      while (inFlight.length > 0 && nowMs < record.at) deliver();
      expect(trace[next]).toBe(record);
      nowMs = record.at;
      next++;
      step(record.node!, inputOf(record));
    } else {
      deliver();
    }
  }
});
