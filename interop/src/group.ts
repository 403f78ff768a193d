import type { WaitOptions } from "./event-log.js";
import type {
  CommandLoad,
  CommandLoadResult,
  GroupInfo,
  GroupReport,
  GroupState,
  JoinedGroup,
  MachineCommands,
  MachineKind,
  MachineResults,
  PlaceRange,
} from "./group-protocol.js";
import type { RustNode } from "./node.js";
import type { RequestOptions } from "./peer.js";

const LOAD_TIMEOUT_MS = 60_000;

type BondEnded = Extract<GroupReport, { event: "bondEnded" }>;

/** A group that a Rust node is a member of. */
export class RustGroup<K extends MachineKind> {
  readonly handle: string;
  /** In hexadecimal. */
  readonly id: string;

  constructor(
    readonly node: RustNode,
    joined: JoinedGroup,
  ) {
    this.handle = joined.group;
    this.id = joined.groupId;
  }

  /** What was reported last; nothing before the first report. */
  get state(): GroupState | undefined {
    return this.node.peer.events.of("groupChanged", ({ group }) => group === this.handle).at(-1)?.state;
  }

  /** Waits until the group is, or becomes, as it is meant to be. */
  async until(matches: (state: GroupState) => boolean, options: WaitOptions = {}): Promise<GroupState> {
    const { events } = this.node.peer;
    const { state } = this;
    if (state && matches(state)) return state;
    const isMeant = (report: Extract<GroupReport, { event: "groupChanged" }>): boolean =>
      report.group === this.handle && matches(report.state);
    return (await events.waitFor("groupChanged", isMeant, { since: events.mark(), ...options })).state;
  }

  /** Waits for the end of a bond with a peer. */
  bondEnded(peer: string, options?: WaitOptions): Promise<BondEnded> {
    const isMeant = (report: BondEnded): boolean => report.group === this.handle && report.peer === peer;
    return this.node.peer.events.waitFor("bondEnded", isMeant, options);
  }

  /** Resolves when the leader has given the commands their places. */
  feed(commands: readonly MachineCommands[K][], options?: RequestOptions): Promise<PlaceRange> {
    return this.node.request("feed", { group: this.handle, commands }, options);
  }

  /** Resolves when this member has applied as many commands as that. */
  execute(commands: readonly MachineCommands[K][], options?: RequestOptions): Promise<PlaceRange> {
    return this.node.request("execute", { group: this.handle, commands }, options);
  }

  /** Executes a command again and again, as fast as answers come, and measures. */
  executeEach(command: MachineCommands[K], load: CommandLoad): Promise<CommandLoadResult> {
    return this.node.request("executeEach", { group: this.handle, command, ...load }, { timeoutMs: LOAD_TIMEOUT_MS });
  }

  /** Asks this member, or with `strong` whom it takes for the leader. */
  query({ strong = false, ...options }: { readonly strong?: boolean } & RequestOptions = {}): Promise<{
    readonly result: MachineResults[K];
    readonly position: number;
  }> {
    return this.node.request("query", { group: this.handle, strong }, options);
  }

  info(): Promise<GroupInfo> {
    return this.node.request("groupInfo", { group: this.handle });
  }

  /** Leaves the group; the node goes on, and its entry still lists the group. */
  drop(): Promise<void> {
    return this.node.drop(this.handle);
  }
}
