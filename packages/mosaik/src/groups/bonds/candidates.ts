import type { SignedPeerEntry } from "../../network/index.js";
import type { PeerId } from "../../primitives/index.js";
import { InvalidTicket, validateTickets } from "../../tickets/index.js";
import type { Membership } from "./context.js";

/** A peer that may be a member. */
export interface Candidate {
  /** Its newest entry. */
  readonly signed: SignedPeerEntry;
  /** The first of its entries that said what this one says: another one wherever it says something else. */
  readonly saying: SignedPeerEntry;
}

/** Whom a group may have for members: those whose entries say so, and whose tickets are good. */
export class Candidates {
  readonly #context: Membership;
  #peers: ReadonlyMap<PeerId, Candidate> = new Map();
  /** Entries whose tickets were no good when they came. */
  #refused: ReadonlySet<SignedPeerEntry> = new Set();

  constructor(context: Membership) {
    this.#context = context;
  }

  /** As of the last `refresh`. */
  get peers(): ReadonlyMap<PeerId, Candidate> {
    return this.#peers;
  }

  /** Looks at the catalog again. The tickets of an entry are judged once. */
  refresh(): void {
    const { discovery, groupId } = this.#context;
    const peers = new Map<PeerId, Candidate>();
    const refused = new Set<SignedPeerEntry>();
    for (const signed of discovery.catalog.signedPeers()) {
      const { id, groups } = signed.entry;
      if (!groups.has(groupId)) continue;
      const known = this.#peers.get(id);
      if (known?.signed === signed) peers.set(id, known);
      else if (this.#refused.has(signed) || !this.hasTickets(signed)) refused.add(signed);
      else peers.set(id, { signed, saying: known?.signed.hasSameContent(signed) === true ? known.saying : signed });
    }
    this.#peers = peers;
    this.#refused = refused;
  }

  /** Whether an entry has the tickets that members need, now. */
  hasTickets({ entry }: SignedPeerEntry): boolean {
    const { node, tickets } = this.#context;
    const { runtime } = node;
    const outcome = validateTickets(entry, tickets, runtime.wallMs(), (error, where) => runtime.report(error, where));
    return !(outcome instanceof InvalidTicket);
  }
}
