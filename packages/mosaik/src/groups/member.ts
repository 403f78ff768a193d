import type { Link } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import type { BondInfo } from "./bonds/index.js";
import { GroupError } from "./errors.js";
import { loadedReplica, loadReplica } from "./load-replica.js";
import { MemberState } from "./member-state.js";
import type { IndexRange } from "./positions.js";
import type { ProposedUntil } from "./proposals.js";
import type { HandshakeStart } from "./protocol.js";
import { FingerprintedLog } from "./raft/fingerprinted-log.js";
import type { Replica } from "./replica.js";
import type { ReplicaOptions } from "./replica-options.js";
import type { QueryResult } from "./requests.js";
import { GuardedLog } from "./storage/guarded.js";
import type { WaitOptions } from "./wait.js";

/**
 * This node's part in one group. What does the work is loaded with the first group that a process joins; what members and the
 * program ask for meanwhile waits.
 */
export class Member {
  readonly options: ReplicaOptions;
  readonly state: MemberState;
  #replica: Replica | undefined;
  readonly #ready: Promise<Replica>;

  /** @throws GroupError `storageFailed` */
  constructor(options: ReplicaOptions) {
    this.options = options;
    const storage = new GuardedLog(options.storage);
    const log = new FingerprintedLog(storage);
    this.state = new MemberState(options.node, options.id, log.last());
    const start = (Class: typeof Replica): Replica => new Class(options, { storage, log, state: this.state });
    const loaded = loadedReplica();
    if (loaded !== undefined) {
      this.#replica = start(loaded);
      this.#ready = Promise.resolve(this.#replica);
      return;
    }
    this.#ready = loadReplica()
      .then(start)
      .catch((cause: unknown) => {
        throw this.#failed(cause);
      });
    // The first that follows it: whatever is asked from now on goes behind what waits.
    this.#ready.then(
      (replica) => (this.#replica = replica),
      () => {},
    );
  }

  /** The members that this one is connected with, in ascending order. */
  peers(): readonly PeerId[] {
    return this.#replica?.bonds.peers() ?? [];
  }

  /** How the connections with them stand. */
  bonds(): readonly BondInfo[] {
    return this.#replica?.bonds.infos() ?? [];
  }

  /** A member dialled this node. Resolves when that connection has ended. */
  accept(link: Link, start: HandshakeStart): Promise<void> {
    return this.#replica?.accept(link, start) ?? this.#ready.then((replica) => replica.accept(link, start));
  }

  /** Puts commands into the log of the group. @throws as `Requests.propose` */
  propose(commands: readonly unknown[], until: ProposedUntil, options: WaitOptions): Promise<IndexRange> {
    const propose = ({ requests }: Replica): Promise<IndexRange> => requests.propose(commands, until, options);
    return this.#replica === undefined ? this.#ready.then(propose) : propose(this.#replica);
  }

  /** Asks this node's machine. @throws as `Requests.queryHere` */
  queryHere(query: unknown): QueryResult | Promise<QueryResult> {
    const ask = ({ requests }: Replica): QueryResult => requests.queryHere(query);
    return this.#replica === undefined ? this.#ready.then(ask) : ask(this.#replica);
  }

  /** Asks the leader's machine. @throws as `Requests.queryLeader` */
  queryLeader(query: unknown, options: WaitOptions): Promise<QueryResult> {
    const ask = ({ requests }: Replica): Promise<QueryResult> => requests.queryLeader(query, options);
    return this.#replica === undefined ? this.#ready.then(ask) : ask(this.#replica);
  }

  /** Leaves the group: tells the other members, and closes the bonds with them. Takes at most half a second. */
  leave(): Promise<void> {
    if (this.#replica !== undefined) return this.#replica.leave();
    // A member that never came to be has nobody to tell.
    return this.#ready.then(
      (replica) => replica.leave(),
      () => {},
    );
  }

  /** It could not be loaded, or the program's machine threw at its first use. @returns what is said to those who wait */
  #failed(cause: unknown): GroupError {
    const { node, id, onFailed } = this.options;
    node.runtime.report(cause, `joining group ${id.short()}`);
    const reason =
      cause instanceof GroupError ? cause : new GroupError("internal", "the group could not begin", { cause });
    this.state.end(reason);
    onFailed();
    return reason;
  }
}
