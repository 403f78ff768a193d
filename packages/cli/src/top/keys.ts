import { COLUMN_NAMES } from "./columns.js";
import type { SeenPeer, View } from "./state.js";
import { selectedOf } from "./state.js";

/** What a key is for. */
export type Key =
  | "up"
  | "down"
  | "left"
  | "right"
  | "pageUp"
  | "pageDown"
  | "home"
  | "end"
  | "enter"
  | "back"
  | "next"
  | "previous"
  | "reverse"
  | "quit";

/** What terminals send. Arrows come in two ways, as the terminal's mode is. */
const KEYS: Readonly<Record<string, Key>> = {
  "\u001b[A": "up",
  "\u001bOA": "up",
  k: "up",
  "\u001b[B": "down",
  "\u001bOB": "down",
  j: "down",
  "\u001b[D": "left",
  "\u001bOD": "left",
  "\u001b[C": "right",
  "\u001bOC": "right",
  "\u001b[5~": "pageUp",
  "\u001b[6~": "pageDown",
  " ": "pageDown",
  "\u001b[H": "home",
  "\u001b[1~": "home",
  g: "home",
  "\u001b[F": "end",
  "\u001b[4~": "end",
  G: "end",
  "\r": "enter",
  "\n": "enter",
  "\u001b": "back",
  "\u007f": "back",
  "\b": "back",
  s: "next",
  S: "previous",
  r: "reverse",
  q: "quit",
  "\u0003": "quit",
  "\u0004": "quit",
};

/** One sequence of a special key, or any one character. */

const SEQUENCE = /\u001b\[[0-9;]*[A-Za-z~]|\u001bO[A-Z]|[\s\S]/gu;

/** The keys in what came from the terminal; what means nothing is passed over. */
export function keysIn(input: string): Key[] {
  return (input.match(SEQUENCE) ?? []).flatMap((sequence) => KEYS[sequence] ?? []);
}

/** What there is room for. */
export interface Reach {
  /** Rows of the list, or of the open peer. */
  readonly rows: number;
  /** The greatest useful `scrolled`. */
  readonly scrollMax: number;
}

/** The view after a key that does not quit. @param peers in the order of the view */
export function afterKey(view: View, key: Key, peers: readonly SeenPeer[], reach: Reach): View {
  return view.isOpen ? inPeer(view, key, peers, reach) : inList(view, key, peers, reach);
}

function inList(view: View, key: Key, peers: readonly SeenPeer[], { rows }: Reach): View {
  switch (key) {
    case "up":
      return moved(view, peers, -1);
    case "down":
      return moved(view, peers, 1);
    case "pageUp":
      return moved(view, peers, -rows);
    case "pageDown":
      return moved(view, peers, rows);
    case "home":
      return moved(view, peers, -Infinity);
    case "end":
      return moved(view, peers, Infinity);
    case "enter":
    case "right":
      return { ...moved(view, peers, 0), isOpen: peers.length > 0, scrolled: 0 };
    case "next":
    case "previous": {
      const step = key === "next" ? 1 : COLUMN_NAMES.length - 1;
      const at = (COLUMN_NAMES.indexOf(view.sort) + step) % COLUMN_NAMES.length;
      return { ...view, sort: COLUMN_NAMES[at]!, isReversed: false };
    }
    case "reverse":
      return { ...view, isReversed: !view.isReversed };
    default:
      return view;
  }
}

function inPeer(view: View, key: Key, peers: readonly SeenPeer[], { rows, scrollMax }: Reach): View {
  const scroll = (lines: number): View => ({
    ...view,
    scrolled: Math.max(0, Math.min(scrollMax, view.scrolled + lines)),
  });
  switch (key) {
    case "up":
      return scroll(-1);
    case "down":
      return scroll(1);
    case "pageUp":
      return scroll(-rows);
    case "pageDown":
      return scroll(rows);
    case "home":
      return scroll(-Infinity);
    case "end":
      return scroll(Infinity);
    case "left":
      return { ...moved(view, peers, -1), scrolled: 0 };
    case "right":
      return { ...moved(view, peers, 1), scrolled: 0 };
    case "back":
    case "enter":
      return { ...view, isOpen: false };
    default:
      return view;
  }
}

/** Selects the peer that is so many rows further down. */
function moved(view: View, peers: readonly SeenPeer[], rows: number): View {
  const selected = selectedOf(peers, view);
  if (selected === undefined) return view;
  const at = Math.max(0, Math.min(peers.length - 1, peers.indexOf(selected) + rows));
  return { ...view, selected: peers[at]!.info.id };
}
