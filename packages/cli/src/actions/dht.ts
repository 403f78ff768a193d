import { Digest, formatAddress, type EndpointAddress } from "mosaik";
import { decodeSlotRecord, openDht, slotSeeds, type DhtClient } from "mosaik/dht";
import type { Invocation } from "../action.js";
import { CliError, EXIT, usageError } from "../exit.js";
import type { NetworkFlags } from "../session/flags.js";
import { dhtRouters } from "../session/options.js";
import { Session } from "../session/session.js";

/** What a slot of the DHT says. */
interface Slot {
  readonly number: number;
  readonly peer: EndpointAddress | undefined;
  /** When it was written, in ms since the Unix epoch, by its author's clock. */
  readonly writtenAtMs: number | undefined;
  /** How many nodes of the DHT answered. */
  readonly answers: number;
}

/** Lists the slots in which the nodes of a network find each other (spec 02 §13), and whether those who are named there answer. */
export async function listSlots(invocation: Invocation<NetworkFlags>): Promise<void> {
  const { options, output, signal } = invocation;
  if (!options.dht) throw usageError("--no-dht leaves nothing to look into");
  if (options.network === undefined) throw usageError("which network?", "Say --network ID, or set MOSAIK_NETWORK.");
  const slots = await output.during("asking the DHT", lookUp(Digest.from(options.network), options, signal));
  if (slots.every(({ answers }) => answers === 0)) {
    throw new CliError(EXIT.notFound, "no node of the DHT answered", {
      advice: "It is reached by UDP, from any port, at the routers that --dht-router names.",
    });
  }
  // The node that pings leaves no trace in the slots.
  const quiet = { ...invocation, options: { ...options, dht: false } };
  await Session.run(
    quiet,
    async (session) => {
      const pinging = Promise.all(slots.map((slot) => ping(session, slot)));
      const answers = await output.during("pinging who is named there", pinging);
      output.table(
        ["SLOT", "PEER", "WRITTEN", "ANSWERS", "ADDRESS"],
        slots.map((slot, i) => ({ json: slotJson(slot, answers[i]), cells: cellsOf(slot, answers[i]) })),
      );
    },
    "nobody",
  );
  if (slots.every(({ peer }) => peer === undefined)) {
    throw new CliError(EXIT.notFound, `nobody is in the slots of network ${Digest.from(options.network).short()}`);
  }
}

async function lookUp(network: Digest, flags: NetworkFlags, signal: AbortSignal): Promise<Slot[]> {
  const dht = await open(dhtRouters(flags));
  const interrupted = () => dht.close();
  signal.addEventListener("abort", interrupted);
  try {
    const slots = await Promise.all(slotSeeds(network).map((seed, number) => readSlot(dht, seed, number)));
    signal.throwIfAborted();
    return slots;
  } finally {
    signal.removeEventListener("abort", interrupted);
    dht.close();
  }
}

async function open(routers: readonly string[]): Promise<DhtClient> {
  try {
    return await openDht(routers.length === 0 ? {} : { routers });
  } catch (error) {
    if (error instanceof TypeError) throw usageError(`--dht-router: ${error.message}`);
    throw error;
  }
}

async function readSlot(dht: DhtClient, seed: Uint8Array, number: number): Promise<Slot> {
  const { publicKey } = dht.sign(seed, 0n, new Uint8Array());
  const { packet, answers } = await dht.get(publicKey);
  return {
    number,
    peer: packet && decodeSlotRecord(publicKey, packet.value, () => true),
    writtenAtMs: packet && Number(packet.seq / 1000n),
    answers,
  };
}

/** The round trip in ms, or why there is none. */
async function ping({ network, timeoutMs, signal }: Session, { peer }: Slot): Promise<number | string | undefined> {
  if (peer === undefined) return undefined;
  try {
    const { rttMicros } = await network.discovery.ping(peer, { timeoutMs, signal });
    return (rttMicros ?? 0) / 1000;
  } catch (error) {
    signal.throwIfAborted();
    return (error as Error).message;
  }
}

function cellsOf({ number, peer, writtenAtMs }: Slot, answer: number | string | undefined): string[] {
  if (peer === undefined) return [String(number), "-", "", "", ""];
  const written = writtenAtMs === undefined ? "" : `${Math.round((Date.now() - writtenAtMs) / 1000)} s ago`;
  const answered = typeof answer === "number" ? `${answer.toFixed(1)} ms` : `no: ${answer}`;
  return [String(number), peer.id.short(), written, answered, formatAddress(peer)];
}

function slotJson({ number, peer, writtenAtMs, answers }: Slot, answer: number | string | undefined) {
  return {
    slot: number,
    peer: peer?.id.hex ?? null,
    address: peer && formatAddress(peer),
    writtenAtMs,
    dhtAnswers: answers,
    rttMs: typeof answer === "number" ? answer : null,
    error: typeof answer === "string" ? answer : undefined,
  };
}
