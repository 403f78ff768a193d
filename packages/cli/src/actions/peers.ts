import { formatAddress, type CatalogChange, type PeerEntry, type PeerInfo } from "mosaik";
import type { Invocation } from "../action.js";
import type { PeersFlags } from "../commands/peers.js";
import type { JsonValue } from "../json.js";
import { settled } from "../session/settled.js";
import { Session } from "../session/session.js";
import { Names } from "./names.js";

const PINGS_AT_ONCE = 16;
const PING_MS_MAX = 2000;

/** Lists who is in the catalog, once it has settled. */
export async function listPeers(invocation: Invocation<PeersFlags>): Promise<void> {
  const { options, output, signal } = invocation;
  const names = new Names(options.name);
  await Session.run(invocation, async (session) => {
    const { catalog } = session.network.discovery;
    await session.firstPeer();
    await output.during("asking who else there is", settled(catalog, signal));
    const changes = catalog.changes({ signal });
    await output.during("pinging them", measure(session));
    const peers = catalog.peers().sort((a, b) => (a.id.hex < b.id.hex ? -1 : 1));
    if (options.long && !output.isJson) for (const peer of peers) output.result(peerJson(peer), longText(peer, names));
    else
      output.table(
        HEADINGS,
        peers.map((peer) => ({ json: peerJson(peer), cells: cellsOf(peer, names) })),
      );
    if (!options.watch) return;
    for await (const change of changes) showChange(session, change, names);
  });
}

/** Pings whoever is not known by the round trip yet. Who does not answer is listed without one. */
async function measure({ network, signal, timeoutMs }: Session): Promise<void> {
  const unknown = network.discovery.catalog.peers().filter(({ rttMs }) => rttMs === undefined);
  const options = { timeoutMs: Math.min(timeoutMs, PING_MS_MAX), signal };
  const pingNext = async () => {
    for (let peer = unknown.pop(); peer !== undefined; peer = unknown.pop()) {
      await network.discovery.ping(peer.id, options).catch(() => signal.throwIfAborted());
    }
  };
  await Promise.all(Array.from({ length: PINGS_AT_ONCE }, pingNext));
}

function showChange({ output }: Session, change: CatalogChange, names: Names): void {
  if (change.kind === "reset") {
    output.warn(`${change.missed} changes came too fast to be shown`);
    return;
  }
  const { kind, entry } = change;
  const at = new Date().toISOString();
  const carried = `${entry.streams.size} streams, ${entry.functions.size} functions, ${entry.groups.size} groups`;
  const tags = [...entry.tags].map((tag) => names.of(tag)).join(" ");
  output.result(
    { change: kind, at, id: entry.id.hex, address: formatAddress(entry.address), ...entryJson(entry) },
    () => `${at.slice(11, 19)} ${kind.padEnd(8)} ${entry.id.short()} ${carried} ${tags}`.trimEnd(),
  );
}

const HEADINGS = ["PEER", "RTT", "STREAMS", "FUNCTIONS", "GROUPS", "UP", "PROTOCOL", "TAGS"];

function cellsOf({ entry, id, rttMs }: PeerInfo, names: Names): string[] {
  return [
    id.short(),
    rttMs === undefined ? "-" : `${rttMs.toFixed(1)} ms`,
    String(entry.streams.size),
    String(entry.functions.size),
    String(entry.groups.size),
    age(Date.now() - entry.startedAtMs),
    entry.protocol,
    [...entry.tags].map((tag) => names.of(tag)).join(" "),
  ];
}

function longText(peer: PeerInfo, names: Names): string {
  const { entry } = peer;
  const lines: (readonly [string, readonly string[]])[] = [
    ["address", [formatAddress(entry.address)]],
    ["round trip", [peer.rttMs === undefined ? "not known yet" : `${peer.rttMs.toFixed(1)} ms`]],
    ["protocol", [entry.protocol]],
    ["started", [new Date(entry.startedAtMs).toISOString()]],
    ["tags", [...entry.tags].map((id) => names.of(id))],
    ["streams", [...entry.streams].map((id) => names.of(id))],
    ["functions", [...entry.functions].map((id) => names.of(id))],
    ["groups", [...entry.groups].map((id) => names.of(id))],
    ["tickets", entry.tickets.size === 0 ? [] : [String(entry.tickets.size)]],
  ];
  const shown = lines.filter(([, values]) => values.length > 0);
  return [peer.id.hex, ...shown.map(([what, values]) => `  ${what.padEnd(11)} ${values.join(", ")}`)].join("\n");
}

/** What scripts are told of a peer. Tickets are counted, never shown. */
function peerJson({ entry, rttMs }: PeerInfo): JsonValue {
  return {
    id: entry.id.hex,
    address: formatAddress(entry.address),
    rttMs: rttMs ?? null,
    ...entryJson(entry),
  };
}

function entryJson(entry: PeerEntry): { readonly [name: string]: JsonValue } {
  const hex = (ids: Iterable<{ readonly hex: string }>) => [...ids].map((id) => id.hex);
  return {
    protocol: entry.protocol,
    startedAtMs: entry.startedAtMs,
    updatedAtMs: entry.updatedAtMs,
    tags: hex(entry.tags),
    streams: hex(entry.streams),
    functions: hex(entry.functions),
    groups: hex(entry.groups),
    tickets: entry.tickets.size,
  };
}

function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours}h${Math.floor((seconds % 3600) / 60)}m` : `${Math.floor(hours / 24)}d${hours % 24}h`;
}
