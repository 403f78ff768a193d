import type { SignedPeerEntry } from "../../network/index.js";
import type { PeerId } from "../../primitives/index.js";
import { InvalidTicket, validateTickets } from "../../tickets/index.js";
import type { BondsContext } from "./context.js";

/** Whom a group may have for members: those whose entries say so, and whose tickets are good. */
export class Candidates {
  readonly #context: Pick<BondsContext<never>, "node" | "discovery" | "groupId" | "tickets">;
  #peers: ReadonlyMap<PeerId, SignedPeerEntry> = new Map();
  /** Entries whose tickets were no good when they came. */
  #refused: ReadonlySet<SignedPeerEntry> = new Set();

  constructor(context: Pick<BondsContext<never>, "node" | "discovery" | "groupId" | "tickets">) {
    this.#context = context;
  }

  /** As of the last `refresh`, each with its entry. */
  get peers(): ReadonlyMap<PeerId, SignedPeerEntry> {
    return this.#peers;
  }

  /** Looks at the catalog again. The tickets of an entry are judged once. */
  refresh(): void {
    const { discovery, groupId } = this.#context;
    const peers = new Map<PeerId, SignedPeerEntry>();
    const refused = new Set<SignedPeerEntry>();
    for (const signed of discovery.catalog.signedPeers()) {
      const { id, groups } = signed.entry;
      if (!groups.has(groupId)) continue;
      const isAdmitted = this.#peers.get(id) === signed || (!this.#refused.has(signed) && this.hasTickets(signed));
      if (isAdmitted) peers.set(id, signed);
      else refused.add(signed);
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
