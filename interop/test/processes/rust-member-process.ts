import { GroupError } from "mosaik";
import { GroupRecorder } from "mosaik/testing";
import type { CrewMember } from "../../../packages/mosaik/test/groups/processes/crew-member.js";
import { Clients, type ClientGroup } from "../../../packages/mosaik/test/groups/processes/program/clients.js";
import {
  HistoryWriter,
  readHistory,
  type HistoryLine,
} from "../../../packages/mosaik/test/groups/processes/program/history.js";
import { OrderMachine } from "../../../packages/mosaik/test/groups/processes/program/machine.js";
import type {
  Charge,
  MemberState,
  NodeAddress,
} from "../../../packages/mosaik/test/groups/processes/program/messages.js";
import {
  RustPeer,
  RustPeerError,
  startRelay,
  type LocalRelay,
  type PlaceRange,
  type RustGroup,
  type RustNode,
} from "../../src/index.js";

/** It resolves when as many commands are committed, which may be never: its client gives up after this time, in ms. */
const GIVES_UP_MS = 5000;

/** The node's part in the group, from when it joins until it leaves. */
interface Membership {
  readonly group: RustGroup<"order">;
  readonly machine: OrderMachine;
  readonly recorder: GroupRecorder<number>;
  readonly clients: Clients;
}

/** A process with a member of mosaik 0.4.2 in it, and beside it on its host the relay without which it never comes online. */
export class RustMemberProcess implements CrewMember {
  readonly language = "rust";
  readonly charge: Charge;
  readonly joined: Promise<NodeAddress>;
  isKilled = false;
  readonly #history: HistoryWriter;
  #relay: LocalRelay | undefined;
  #peer: RustPeer | undefined;
  #node: RustNode | undefined;
  #membership: Membership | undefined;
  #isMember = false;
  /** Settles when it has joined the group, the last time that it was to. */
  #ready: Promise<void> | undefined;
  #nextCommand: number;
  /** How many of its reports have been written down. */
  #readCount = 0;
  #defect = "";

  /** @param at what precedes a command so that it runs at the member's host */
  constructor(at: readonly string[], charge: Charge) {
    this.charge = charge;
    this.#nextCommand = charge.firstCommand;
    this.#history = new HistoryWriter(charge.history);
    this.joined = this.#start(at);
  }

  get address(): NodeAddress {
    const { id, directAddrs } = this.#node!.addr;
    return { id, directAddrs };
  }

  get complaints(): string {
    return this.#defect;
  }

  history(): HistoryLine[] {
    this.#catchUp();
    return readHistory(this.charge.history);
  }

  order(kind: "work" | "rest" | "rejoin"): void {
    if (kind === "rejoin") this.#ready = this.#join();
    void this.#noting(this.#obey(kind));
  }

  async leave(): Promise<void> {
    this.#isMember = false;
    const { group, clients } = this.#membership!;
    await clients.rest();
    await group.drop();
    this.#catchUp();
    this.#membership!.recorder.note({ kind: "ended", how: "left" });
  }

  async state(): Promise<MemberState> {
    await this.#ready;
    const { group, machine, clients } = this.#membership!;
    const state = await group.info();
    this.#catchUp();
    return {
      isMember: this.#isMember,
      leader: state.leader ?? undefined,
      isLeader: state.isLeader,
      isOnline: state.online,
      bonds: state.bonds,
      committed: state.committed,
      end: state.log,
      applied: machine.answer(),
      openCount: clients.openCount,
      executedCount: clients.executedCount,
    };
  }

  stop(): void {
    this.#peer!.signal("SIGSTOP");
  }

  continue(): void {
    this.#peer!.signal("SIGCONT");
  }

  async kill(): Promise<void> {
    this.isKilled = true;
    this.#peer?.signal("SIGKILL");
    await Promise.all([this.#peer?.close(), this.#relay?.close()]);
    this.#catchUp();
  }

  async #obey(kind: "work" | "rest" | "rejoin"): Promise<void> {
    await this.#ready;
    const { clients } = this.#membership!;
    if (kind === "work") clients.work();
    else if (kind === "rest") await clients.rest();
  }

  async #start(at: readonly string[]): Promise<NodeAddress> {
    const { networkId, identity, bind, bootstrap } = this.charge;
    this.#relay = await startRelay(0, { at });
    this.#peer = await RustPeer.start({ at });
    this.#node = await this.#peer.join({
      network: networkId,
      relay: this.#relay.url,
      seed: identity,
      bind: [bind],
      bootstrap: bootstrap.map((address) => ({ ...address, relayUrls: [] })),
      // It dials other members when the catalog changes: elsewhere every 45 seconds.
      announceIntervalMs: 1000,
    });
    await this.#join();
    return this.address;
  }

  async #join(): Promise<void> {
    const { member, secret } = this.charge;
    this.#catchUp();
    const recorder = new GroupRecorder<number>({
      member,
      name: (command) => command,
      write: (line) => this.#history.write(line),
    });
    const group = await this.#node!.joinOrder({ secret });
    const clients = new Clients(this.#clientGroup(group), recorder, this.#history, () => this.#nextCommand++);
    this.#membership = { group, machine: new OrderMachine(), recorder, clients };
    this.#isMember = true;
  }

  /** The group as its clients see it. It does not say whether a command that failed was sent. */
  #clientGroup(group: RustGroup<"order">): ClientGroup {
    const asked = async <T>(answer: Promise<T>): Promise<T> => {
      try {
        return await answer;
      } catch (error) {
        // Clients die with their process.
        if (this.isKilled) return await new Promise<never>(() => {});
        if (!(error instanceof RustPeerError)) throw error;
        throw new GroupError("outcomeUnknown", error.message);
      } finally {
        this.#catchUp();
      }
    };
    const options = { timeoutMs: GIVES_UP_MS };
    return {
      executeMany: (commands) => asked<PlaceRange>(group.execute(commands, options)),
      feedMany: (commands) => asked<PlaceRange>(group.feed(commands, options)),
      query: (_query, consistency) => asked(group.query({ strong: consistency === "strong", ...options })),
    };
  }

  /** Writes down what the process has reported since, in the order in which it did. */
  #catchUp(): void {
    const reports = this.#peer?.events.all ?? [];
    for (; this.#readCount < reports.length; this.#readCount++) {
      const report = reports[this.#readCount]!;
      if (report.event === "applied" && report.group === this.#membership?.group.handle) {
        const { index, commands } = report;
        this.#membership.machine.apply(commands);
        this.#membership.recorder.note({ kind: "applied", index, commands });
      } else if (report.event === "bondEnded") {
        this.#history.write({ kind: "event", name: "unbonded", peer: report.peer, text: JSON.stringify(report) });
      }
    }
  }

  async #noting(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!this.isKilled) this.#defect += String(error);
    }
  }
}
