/** A node that produces, consumes, serves and shares a map, in a process of its own; it answers the test's questions. */
import { once } from "node:events";
import { collection, func, Network, stream, t, type PeerId } from "mosaik";
import type { Answer, Charge, NodeState, Question } from "./messages.js";

const TICK_EVERY_MS = 100;
const CALL_WITHIN_MS = 3000;

// Whoever started us may end without a word.
process.on("disconnect", () => process.exit());
const [charge] = (await once(process, "message")) as [Charge];
const { name, networkId, relay, discovery, bindAddrs } = charge;
const network = await Network.join(networkId, {
  secretKey: `${networkId} ${name}`,
  relay,
  discovery,
  ...(bindAddrs === undefined ? {} : { bindAddrs }),
});

const Ticks = stream("ticks", t.u64.asNumber());
const received = new Map<PeerId, number>();
const echoOf = (whose: string) => func(`echo ${whose}`, { request: t.string, response: t.string });
const shared = collection.map("shared", t.string, t.string).writer(network);

echoOf(name).handle(network, (text) => `${name}: ${text}`);
const callers = new Map<string, (text: string, options: { timeoutMs: number }) => Promise<string>>();
void tick();
void count();
process.on("message", (asked: Question & { number: number }) => void reply(asked));
process.send!({ number: 0, value: network.local.id.hex } satisfies Answer);

async function tick(): Promise<void> {
  const producer = Ticks.producer(network, { onlineWhen: (when) => when.minimumOf(0) });
  for (let i = 0; ; i++) {
    producer.trySend(i);
    await new Promise((resolve) => setTimeout(resolve, TICK_EVERY_MS));
  }
}

async function count(): Promise<void> {
  for await (const { producer } of Ticks.consumer(network).items()) {
    received.set(producer, (received.get(producer) ?? 0) + 1);
  }
}

async function reply(asked: Question & { number: number }): Promise<void> {
  const { number } = asked;
  const send = (answer: Answer): void => void process.send!(answer);
  try {
    send({ number, value: await answerTo(asked) });
  } catch (error) {
    send({ number, error: error instanceof Error ? error.message : String(error) });
  }
}

async function answerTo(asked: Question): Promise<unknown> {
  switch (asked.kind) {
    case "state":
      return state();
    case "call":
      return callerOf(asked.name)(asked.kind, { timeoutMs: CALL_WITHIN_MS });
    case "write":
      return shared.insert(asked.key, name, { signal: AbortSignal.timeout(CALL_WITHIN_MS) }).then(() => null);
    case "ping":
      return (await network.discovery.ping(asked.peer, { timeoutMs: CALL_WITHIN_MS })).path ?? null;
    case "diagnose":
      return (await network.discovery.diagnose(asked.peer)).findings;
  }
}

function callerOf(whose: string): (text: string, options: { timeoutMs: number }) => Promise<string> {
  let caller = callers.get(whose);
  if (caller === undefined) callers.set(whose, (caller = echoOf(whose).caller(network)));
  return caller;
}

function state(): NodeState {
  const { catalog } = network.discovery;
  return {
    isOnline: network.online().isMet,
    addrs: network.local.address().addrs.flatMap((addr) => (addr.kind === "custom" ? [] : [addr.value])),
    received: Object.fromEntries([...received].map(([peer, datums]) => [peer.hex, datums])),
    peers: Object.fromEntries(catalog.peers().map(({ id }) => [id.hex, network.local.pathTo(id) ?? null])),
    keys: [...shared.keys()],
  };
}
