import type { Names } from "../actions/names.js";
import { COLUMN_NAMES, columnOf } from "./columns.js";
import { detailLines } from "./details.js";
import { cell, fit, type Line, type Size } from "./lines.js";
import { selectedOf, sorted, type Scene, type SeenPeer, type View } from "./state.js";

/** The screen as it is to be shown: exactly as many lines as it has, none wider than it is. */
export function render(scene: Scene, view: View, names: Names, size: Size): Line[] {
  const peers = sorted(scene, view);
  const selected = selectedOf(peers, view);
  const lines =
    view.isOpen && selected !== undefined
      ? openScreen(scene, selected, view, names, size)
      : listScreen(scene, peers, selected, view, names, size);
  return lines.slice(0, size.rows).map(({ text, ...rest }) => ({ text: fit(text, size.columns), ...rest }));
}

/** The list of peers by itself, however long: for what is no terminal. */
export function listLines(scene: Scene, view: View, names: Names): Line[] {
  const peers = sorted(scene, view);
  return [headings(view, ""), ...peers.map((peer) => ({ text: rowOf(peer, scene.nowMs, names) }))];
}

/** The greatest useful `scrolled` of an open peer. */
export function scrollMax(scene: Scene, view: View, names: Names, size: Size): number {
  const selected = selectedOf(sorted(scene, view), view);
  if (selected === undefined) return 0;
  return Math.max(0, detailLines(selected, scene.nowMs, names).length - bodyRows(size));
}

/** Rows between the title and the keys. */
export function bodyRows({ rows }: Size): number {
  return Math.max(0, rows - 3);
}

function listScreen(
  scene: Scene,
  peers: readonly SeenPeer[],
  selected: SeenPeer | undefined,
  view: View,
  names: Names,
  size: Size,
): Line[] {
  const rows = bodyRows(size);
  const at = selected === undefined ? 0 : peers.indexOf(selected);
  // The one that is selected is always in sight.
  const from = Math.max(0, Math.min(at - Math.floor(rows / 2), peers.length - rows));
  const body: Line[] = peers.slice(from, from + rows).map((peer) => {
    const text = `${peer === selected ? ">" : " "} ${rowOf(peer, scene.nowMs, names)}`;
    if (peer === selected) return { text: text.padEnd(size.columns), style: "inverse" };
    return peer.sight.kind === "told" ? { text } : { text, style: "dim" };
  });
  if (peers.length === 0) body.push({ text: "  no peer yet", style: "dim" });
  const keys = "up/down select   enter details   s/S sort by the next/previous column   r reverse   q quit";
  return [title(scene), headings(view, "  "), ...filled(body, rows), { text: keys, style: "dim" }];
}

function openScreen(scene: Scene, selected: SeenPeer, view: View, names: Names, size: Size): Line[] {
  const all = detailLines(selected, scene.nowMs, names);
  const rows = bodyRows(size);
  const shown = all.slice(view.scrolled, view.scrolled + rows);
  const rest = all.length - view.scrolled - shown.length;
  const keys = `up/down scroll${rest > 0 ? ` (${rest} more below)` : ""}   left/right the peer before/behind   esc back   q quit`;
  const id: Line = { text: `peer ${selected.info.id.hex}`, style: "bold" };
  return [title(scene), id, ...filled(shown, rows), { text: keys, style: "dim" }];
}

function title({ network, peers, nowMs }: Scene): Line {
  const live = peers.filter(({ sight }) => sight.kind === "told").length;
  const time = new Date(nowMs).toISOString().slice(11, 19);
  const count = `${peers.length} ${peers.length === 1 ? "peer" : "peers"}, ${live} live`;
  return { text: `mosaik top   network ${network.short()}   ${count}   ${time} UTC`, style: "bold" };
}

function headings({ sort, isReversed }: View, indent: string): Line {
  const cells = COLUMN_NAMES.map((name) => {
    const { width, isNumber } = columnOf(name);
    // A heading as wide as its column still shows that it is the one.
    const mark = name !== sort ? "" : isReversed ? "^" : "v";
    return cell(`${name}${mark}`, Math.max(width, name.length + 1), isNumber);
  });
  return { text: `${indent}${cells.join(" ")}`.trimEnd(), style: "bold" };
}

function rowOf(peer: SeenPeer, nowMs: number, names: Names): string {
  const cells = COLUMN_NAMES.map((name) => {
    const { width, isNumber, text } = columnOf(name);
    return cell(text(peer, nowMs, names), Math.max(width, name.length + 1), isNumber);
  });
  return cells.join(" ").trimEnd();
}

function filled(lines: readonly Line[], rows: number): Line[] {
  return Array.from({ length: rows }, (_, i) => lines[i] ?? { text: "" });
}
