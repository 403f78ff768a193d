import {
  GroupKey,
  type ConsensusOptions,
  type Group,
  type GroupEvent,
  type Network,
  type NetworkOptions,
} from "mosaik";
import type { GroupState, PlaceRange, RustGroup, RustNode, RustPeer } from "../src/index.js";
import type { CounterArgs, PeerAddr } from "../src/index.js";
import { Counter, type CounterCommand } from "./counter.js";
import { HS256 } from "./jwt.js";
import { QUICK } from "./quick.js";
import { addrOf, gather, until, type Languages } from "./setup.js";

export type Language = "ts" | "rust";
/** How long the slowest of what groups do by themselves may take: an election of which the first rounds fail. */
export const SOON_MS = 20_000;
const SECRET = "a secret of both languages";

export interface MemberOptions extends CounterArgs {
  readonly secret?: string;
  /** Which times stand for those that `consensus` leaves out; `QUICK` if absent. */
  readonly times?: "quick" | "default";
  readonly consensus?: ConsensusOptions;
  /** Its identity; random if absent. */
  readonly seed?: string;
  /** Whether the group requires tickets, and whether this member has one. */
  readonly tickets?: "none" | "required" | "held";
  readonly runtime?: NetworkOptions["runtime"];
}

/** What is asked of a member of either language. */
export interface Member {
  readonly language: Language;
  /** Its peer id, in hexadecimal. */
  readonly peer: string;
  readonly addr: PeerAddr;
  readonly groupId: string;
  readonly state: Omit<GroupState, "log"> | undefined;
  /** Knows a peer, and is known by it. */
  meet(addr: PeerAddr): Promise<void>;
  /** Positive numbers are added, negative ones taken away. */
  execute(numbers: readonly number[]): Promise<PlaceRange>;
  feed(numbers: readonly number[]): Promise<PlaceRange>;
  query(strong: boolean): Promise<{ readonly result: number; readonly position: number }>;
  applied(): Promise<{ readonly count: number; readonly checksum: string }>;
  /** Leaves the group; the node goes on. */
  leave(): Promise<void>;
  /** Ends the node: that of Rust is killed. */
  stop(): Promise<void>;
}

export class TsMember implements Member {
  readonly language = "ts";
  readonly peer: string;
  readonly groupId: string;
  /** What happened in the group. */
  readonly events: readonly GroupEvent[];

  constructor(
    readonly network: Network,
    readonly group: Group<CounterCommand, undefined, number>,
    private readonly machine: Counter,
  ) {
    this.peer = network.local.id.hex;
    this.groupId = group.id.hex;
    this.events = gather(group.events()) as readonly GroupEvent[];
  }

  get addr(): PeerAddr {
    return addrOf(this.network);
  }

  get state(): Omit<GroupState, "log"> {
    const { leader, isLeader, isOnline, committed } = this.group;
    const bonds = this.group.bonds.peers().map(({ hex }) => hex);
    return { leader: leader?.hex ?? null, isLeader, online: isOnline, committed, bonds };
  }

  async meet(addr: PeerAddr): Promise<void> {
    await this.network.discovery.syncWith(addr);
  }

  execute(numbers: readonly number[]): Promise<PlaceRange> {
    return this.group.executeMany(numbers.map(commandOf));
  }

  feed(numbers: readonly number[]): Promise<PlaceRange> {
    return this.group.feedMany(numbers.map(commandOf));
  }

  query(strong: boolean): Promise<{ readonly result: number; readonly position: number }> {
    return this.group.query(undefined, strong ? "strong" : "weak");
  }

  applied(): Promise<{ readonly count: number; readonly checksum: string }> {
    return Promise.resolve(this.machine.applied);
  }

  leave(): Promise<void> {
    return this.group.leave();
  }

  stop(): Promise<void> {
    return this.network.close();
  }
}

export class RustMember implements Member {
  readonly language = "rust";
  readonly peer: string;
  readonly addr: PeerAddr;
  readonly groupId: string;

  constructor(
    readonly process: RustPeer,
    readonly node: RustNode,
    readonly group: RustGroup<"counter">,
  ) {
    this.peer = node.id;
    this.addr = node.addr;
    this.groupId = group.id;
  }

  get state(): GroupState | undefined {
    return this.group.state;
  }

  meet(addr: PeerAddr): Promise<void> {
    return this.node.syncWith(addr);
  }

  execute(numbers: readonly number[]): Promise<PlaceRange> {
    return this.group.execute(numbers.map(rustCommandOf));
  }

  feed(numbers: readonly number[]): Promise<PlaceRange> {
    return this.group.feed(numbers.map(rustCommandOf));
  }

  query(strong: boolean): Promise<{ readonly result: number; readonly position: number }> {
    return this.group.query({ strong });
  }

  async applied(): Promise<{ readonly count: number; readonly checksum: string }> {
    return (await this.group.info()).applied;
  }

  leave(): Promise<void> {
    return this.group.drop();
  }

  async stop(): Promise<void> {
    this.process.signal("SIGKILL");
    await this.process.close();
  }
}

/** Members of one group, in both languages. */
export class Members {
  readonly all: Member[] = [];

  /** @param common what all members have */
  constructor(
    readonly languages: Languages,
    private readonly networkId: string,
    private readonly common: MemberOptions = {},
  ) {}

  /** A node that knows the others, and is a member. */
  join(language: Language, options: MemberOptions = {}): Promise<Member> {
    return language === "ts" ? this.ts(options) : this.rust(options);
  }

  async ts(options: MemberOptions = {}): Promise<TsMember> {
    const given = { ...this.common, ...options };
    const { secret = SECRET, times, consensus, seed, tickets = "none", runtime, ...counter } = given;
    const network = await this.languages.ts(this.networkId, {
      ...(seed !== undefined && { secretKey: seed }),
      ...(runtime !== undefined && { runtime }),
    });
    if (tickets === "held") network.discovery.addTicket(HS256.ticketFor(network));
    for (const { addr } of this.all) await network.discovery.syncWith(addr);
    const machine = new Counter(counter);
    const group = network.groups.join({
      key: GroupKey.fromSecret(secret),
      machine,
      consensus: consensusOf(times, consensus),
      tickets: tickets === "none" ? [] : [HS256.validator()],
    });
    return this.#add(new TsMember(network, group, machine));
  }

  /** Each in a process of its own, so that it can be killed. */
  async rust(options: MemberOptions = {}): Promise<RustMember> {
    const given = { ...this.common, ...options };
    const { secret = SECRET, times, consensus, seed, tickets = "none", runtime: _, ...counter } = given;
    const process = await this.languages.rustProcess();
    const node = await process.join({
      network: this.networkId,
      relay: this.languages.relay.url,
      announceIntervalMs: 1000,
      seed,
    });
    if (tickets === "held") await node.addTicket(await node.issueTicket({ ...HS256.issue, expiresInMs: 3_600_000 }));
    for (const { addr } of this.all) await node.syncWith(addr);
    const group = await node.joinCounter({
      secret,
      consensus: consensusOf(times, consensus),
      requireTickets: tickets === "none" ? [] : [HS256.rustValidator],
      ...counter,
    });
    return this.#add(new RustMember(process, node, group));
  }

  /** A member that knows none of the others. */
  async apart(language: Language, options: MemberOptions = {}): Promise<Member> {
    const others = this.all.splice(0);
    const member = await this.join(language, options);
    this.all.unshift(...others);
    return member;
  }

  /** Newcomers look no more for a member that is gone. */
  forget(member: Member): void {
    this.all.splice(this.all.indexOf(member), 1);
  }

  /** All but some. */
  but(...gone: readonly Member[]): Member[] {
    return this.all.filter((member) => !gone.includes(member));
  }

  #add<M extends Member>(member: M): M {
    this.all.push(member);
    return member;
  }
}

/** Waits until a member's group is as it is meant to be. */
export async function becomes(
  member: Member,
  what: string,
  matches: (state: NonNullable<Member["state"]>) => boolean,
  ms = SOON_MS,
): Promise<void> {
  const met = (): boolean => member.state !== undefined && matches(member.state);
  await until(ms, met, `${what} at a member in ${member.language}`).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}; it is ${JSON.stringify(member.state)}`);
  });
}

/** Waits until all members are bonded with each other, follow one leader and are online. Returns the leader. */
export async function united(members: readonly Member[], leader?: Member): Promise<Member> {
  const ids = members.map(({ peer }) => peer);
  for (const member of members) {
    const others = ids.filter((id) => id !== member.peer);
    await becomes(member, "bonds with all", ({ bonds }) => others.every((id) => bonds.includes(id)));
  }
  const agreed = (): string | null => {
    const [first, ...rest] = members.map(({ state }) => (state?.online ? state.leader : null));
    return first && rest.every((id) => id === first) && ids.includes(first) ? first : null;
  };
  await until(SOON_MS, () => agreed() !== null && (!leader || agreed() === leader.peer), "one leader").catch(
    (error: unknown) => {
      throw new Error(
        `${(error as Error).message}; there are ${JSON.stringify(members.map(({ peer, state }) => [peer, state]))}`,
      );
    },
  );
  return members.find(({ peer }) => peer === agreed())!;
}

/** Waits until all members have committed up to an index; checks that they were given the same, and gives what they answer. */
export async function agreeAt(members: readonly Member[], index: number): Promise<number> {
  for (const member of members) await becomes(member, `commit ${index}`, ({ committed }) => committed >= index);
  const [first, ...rest] = await Promise.all(members.map((member) => member.applied()));
  for (const applied of rest) {
    if (applied.count !== first!.count || applied.checksum !== first!.checksum) {
      throw new Error(`not the same commands: ${JSON.stringify([first, ...rest])}`);
    }
  }
  const answers = await Promise.all(members.flatMap((member) => [member.query(false), member.query(true)]));
  const { result } = answers[0]!;
  for (const answer of answers) {
    if (answer.result !== result || answer.position !== index)
      throw new Error(`not the same: ${JSON.stringify(answers)}`);
  }
  return result;
}

function consensusOf(times: MemberOptions["times"] = "quick", consensus: ConsensusOptions = {}): ConsensusOptions {
  return times === "quick" ? { ...QUICK, ...consensus } : consensus;
}

function commandOf(number: number): CounterCommand {
  return { kind: number < 0 ? "Decrement" : "Increment", value: Math.abs(number) };
}

function rustCommandOf(number: number): { Increment: number } | { Decrement: number } {
  return number < 0 ? { Decrement: -number } : { Increment: number };
}
