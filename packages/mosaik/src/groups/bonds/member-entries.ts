import type { Discovery } from "../../discovery/index.js";
import { verifySignature, type LocalNode, type SignedPeerEntry } from "../../network/index.js";
import { equalBytes, forgetOldest, type PeerId } from "../../primitives/index.js";
import type { GroupId } from "../group-id.js";
import { HINTS_MAX } from "./dial-plan.js";

/** What an entry is that came over a bond. */
export type EntryVerdict =
  /** Not signed by the peer that it describes. */
  | "forged"
  /** Of another network, or our own. */
  | "ignored"
  | "taken";

/** The entries of members: what the catalog has, and what only other members say (spec 05 §4.1, §19 B6). */
export class MemberEntries {
  readonly #node: LocalNode;
  readonly #discovery: Discovery;
  readonly #groupId: GroupId;
  /** Entries that the catalog does not have, the oldest first. */
  readonly #hinted = new Map<PeerId, SignedPeerEntry>();

  constructor(node: LocalNode, discovery: Discovery, groupId: GroupId) {
    this.#node = node;
    this.#discovery = discovery;
    this.#groupId = groupId;
  }

  /** The newest entry that is known of a peer. */
  get(peer: PeerId): SignedPeerEntry | undefined {
    const hinted = this.#hinted.get(peer);
    const known = this.#discovery.catalog.getSigned(peer);
    if (hinted === undefined || known === undefined) return known ?? hinted;
    return hinted.entry.isNewerThan(known.entry) ? hinted : known;
  }

  /**
   * Takes an entry that came over a bond. The catalog gets it if it lists the group, or comes from the peer itself.
   *
   * @param from who sent it
   */
  take(signed: SignedPeerEntry, from: PeerId): EntryVerdict {
    const { id, network, groups } = signed.entry;
    const known = this.#discovery.catalog.getSigned(id);
    // What is in the catalog was checked.
    if (known !== undefined && equalBytes(known.encoded, signed.encoded)) return "taken";
    if (!verifySignature(this.#node.runtime, signed)) return "forged";
    if (network !== this.#node.networkId || id === this.#node.id) return "ignored";
    if (id === from || groups.has(this.#groupId)) this.#discovery.feed(signed);
    if (this.#discovery.catalog.getSigned(id) === undefined) {
      this.#hinted.delete(id);
      this.#hinted.set(id, signed);
      forgetOldest(this.#hinted, HINTS_MAX);
    }
    return "taken";
  }
}
