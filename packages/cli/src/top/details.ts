import type { Digest } from "mosaik";
import type { ChannelStatus, ObservedStatus } from "mosaik/status";
import { age } from "../actions/age.js";
import type { Names } from "../actions/names.js";
import { bytes, figure, milliseconds } from "./figures.js";
import { cell, type Line } from "./lines.js";
import type { SeenPeer } from "./state.js";

/** Everything that is known of a peer: what its entry says, and what it tells of itself if it does. */
export function detailLines({ info, sight }: SeenPeer, nowMs: number, names: Names): Line[] {
  const { entry, rttMs } = info;
  const list = (ids: Iterable<Digest>): string => [...ids].map((id) => names.of(id)).join(" ") || "none";
  const facts = [
    `round trip ${rttMs === undefined ? "not known" : milliseconds(rttMs)}   up ${age(nowMs - entry.startedAtMs)}   protocol ${entry.protocol}`,
    `tags       ${list(entry.tags)}`,
  ];
  const advertised = [
    `streams    ${list(entry.streams)}`,
    `functions  ${list(entry.functions)}`,
    `groups     ${list(entry.groups)}`,
  ];
  if (sight.kind === "told") return [...plain(facts), ...toldLines(sight.status, names)];
  const why = {
    asking: "It is being asked how it stands.",
    unasked: "It is not asked how it stands: there are too many peers.",
    silent: sight.kind === "silent" ? `How it stands is not known (${sight.why}): this is what its entry says.` : "",
  };
  return [...plain([...facts, ...advertised]), { text: "" }, { text: why[sight.kind], style: "dim" }];
}

/** A table: its title is the heading of the first column. */
type Table = readonly [headings: readonly string[], rows: readonly (readonly string[])[]];

function toldLines(status: ObservedStatus, names: Names): Line[] {
  const { version, uptimeMs, loopDelayMs, peersCount, neighbors, omitted } = status;
  const facts = [
    `library    ${version}, joined ${age(uptimeMs)} ago, knows ${peersCount} peers`,
    `event loop held up for at most ${loopDelayMs}ms lately`,
    `neighbors  ${neighbors.map(({ peer, rttMs }) => `${peer.short()} (${rtt(rttMs)})`).join(" ") || "none"}`,
  ];
  if (omitted > 0) facts.push(`left out   ${omitted} rows: there is more than fits into an answer`);
  const tables = [producers, consumers, handlers, callers, groups, collections].map((make) => make(status, names));
  return [...plain(facts), ...tables.filter(([, rows]) => rows.length > 0).flatMap(tableLines)];
}

function producers({ producers }: ObservedStatus, names: Names): Table {
  const rows = producers.flatMap((one) => [
    [
      names.of(one.streamId),
      onOff(one.isOnline),
      rate(one.perSecond?.sent),
      rate(one.perSecond?.bytes, bytes),
      ...numbers(one.sent, one.dropped, one.queued, one.consumersCount),
    ],
    ...one.consumers.map((channel) => channelRow("to", channel)),
  ]);
  return [["PRODUCES", "", "OUT/s", "BYTES/s", "SENT", "DROPPED", "QUEUED", "CONSUMERS"], rows];
}

function consumers({ consumers }: ObservedStatus, names: Names): Table {
  const rows = consumers.flatMap((one) => [
    [
      names.of(one.streamId),
      onOff(one.isOnline),
      rate(one.perSecond?.datums),
      rate(one.perSecond?.bytes, bytes),
      ...numbers(one.datums),
      "",
      ...numbers(one.waiting, one.producersCount),
    ],
    ...one.producers.map((channel) => channelRow("from", channel)),
  ]);
  return [["CONSUMES", "", "IN/s", "BYTES/s", "TAKEN", "DROPPED", "WAITING", "PRODUCERS"], rows];
}

function channelRow(way: string, { peer, state, rttMs, datums, dropped, queued }: ChannelStatus): string[] {
  return [`  ${way} ${peer.short()}`, state, rtt(rttMs), "", ...numbers(datums, dropped, queued), ""];
}

function handlers({ handlers }: ObservedStatus, names: Names): Table {
  const rows = handlers.map((one) => [
    names.of(one.functionId),
    rate(one.perSecond?.served),
    ...numbers(one.inflight, one.served, one.failed),
  ]);
  return [["HANDLES", "CALLS/s", "INFLIGHT", "SERVED", "FAILED"], rows];
}

function callers({ callers }: ObservedStatus, names: Names): Table {
  const rows = callers.map((one) => [
    names.of(one.functionId),
    rate(one.perSecond?.completed),
    ...numbers(one.inflight, one.completed, one.failed, one.attempts, one.handlersCount),
  ]);
  return [["CALLS", "CALLS/s", "INFLIGHT", "ANSWERED", "FAILED", "TRIES", "HANDLERS"], rows];
}

function groups({ groups }: ObservedStatus, names: Names): Table {
  const rows = groups.map((one) => [
    names.of(one.groupId),
    one.isWaitingForQuorum ? "no quorum" : one.isOnline ? one.role : `${one.role}, off`,
    one.leader?.short() ?? "none",
    ...[one.term, one.committed, one.logEnd].map(String),
    rate(one.perSecond?.committed),
    ...numbers(one.bondsCount),
  ]);
  return [["GROUP", "ROLE", "LEADER", "TERM", "COMMITTED", "LOG END", "COMMITS/s", "BONDS"], rows];
}

function collections({ collections }: ObservedStatus, names: Names): Table {
  const rows = collections.map((one) => [
    names.of(one.groupId),
    one.kind,
    ...numbers(one.size),
    String(one.version),
    rate(one.perSecond?.version),
  ]);
  return [["COLLECTION (GROUP)", "KIND", "SIZE", "VERSION", "CHANGES/s"], rows];
}

const NAME_WIDTH_MAX = 32;

function tableLines([headings, rows]: Table): Line[] {
  const widths = headings.map((heading, i) =>
    Math.min(NAME_WIDTH_MAX, Math.max(heading.length, ...rows.map((row) => row[i]!.length))),
  );
  const text = (cells: readonly string[]): string =>
    cells
      .map((value, i) => cell(value, widths[i]!, i > 0))
      .join("  ")
      .trimEnd();
  return [{ text: "" }, { text: text(headings), style: "bold" }, ...rows.map((row) => ({ text: text(row) }))];
}

function plain(texts: readonly string[]): Line[] {
  return texts.map((text) => ({ text }));
}

function numbers(...values: number[]): string[] {
  return values.map(figure);
}

function rate(value: number | undefined, show: (value: number) => string = figure): string {
  return value === undefined ? "-" : show(value);
}

function rtt(rttMs: number | undefined): string {
  return rttMs === undefined ? "-" : milliseconds(rttMs);
}

function onOff(isOnline: boolean): string {
  return isOnline ? "on" : "off";
}
