import type { NetworkId, PeerId, PeerInfo } from "mosaik";
import type { ObservedStatus } from "mosaik/status";
import { columnOf, type ColumnName } from "./columns.js";

/** What is known of a peer beside its entry in the catalog. */
export type Sight =
  /** It is being asked. */
  | { readonly kind: "asking" }
  /** How it stands, by its own word. */
  | { readonly kind: "told"; readonly status: ObservedStatus }
  /** Why it says nothing, in a word or two. */
  | { readonly kind: "silent"; readonly why: string }
  /** There are too many peers to ask all. */
  | { readonly kind: "unasked" };

export interface SeenPeer {
  readonly info: PeerInfo;
  readonly sight: Sight;
}

/** What is known of the network at one moment. */
export interface Scene {
  /** By the wall clock. */
  readonly nowMs: number;
  readonly network: NetworkId;
  readonly peers: readonly SeenPeer[];
}

/** What the person at the terminal looks at. */
export interface View {
  readonly sort: ColumnName;
  readonly isReversed: boolean;
  readonly selected: PeerId | undefined;
  /** Whether one peer is shown with everything that is known of it. */
  readonly isOpen: boolean;
  /** Lines of that one that are above the screen. */
  readonly scrolled: number;
}

export const FIRST_VIEW: View = { sort: "PEER", isReversed: false, selected: undefined, isOpen: false, scrolled: 0 };

/** The peers in the order of the view. Those that a column says nothing of come last, either way. */
export function sorted({ peers }: Scene, { sort, isReversed }: Pick<View, "sort" | "isReversed">): SeenPeer[] {
  const { order } = columnOf(sort);
  const direction = isReversed ? -1 : 1;
  return [...peers].sort((a, b) => {
    const [left, right] = [order(a), order(b)];
    if (left === right) return a.info.id.hex < b.info.id.hex ? -1 : 1;
    if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
    return (left < right ? -1 : 1) * direction;
  });
}

/** The peer that is selected; the first one where that is gone. */
export function selectedOf(peers: readonly SeenPeer[], { selected }: View): SeenPeer | undefined {
  return peers.find(({ info }) => info.id === selected) ?? peers[0];
}
