/** One member of a group, in a process of its own: it does what the test says, and writes down what happens. */
import { once } from "node:events";
import { GroupKey, Network } from "mosaik";
import { GroupRecorder } from "mosaik/testing";
import { Clients, type OrderGroup } from "./clients.js";
import { HistoryWriter } from "./history.js";
import { OrderMachine } from "./machine.js";
import { mistaken } from "./mistaken.js";
import type { Charge, MemberState, Order, Reply } from "./messages.js";

/** The node's part in the group, from when it joins until it leaves. */
interface Membership {
  readonly group: OrderGroup;
  readonly machine: OrderMachine;
  readonly recorder: GroupRecorder<number>;
  readonly clients: Clients;
}

// Whoever started us may end without a word.
process.on("disconnect", () => process.exit());
const [charge] = (await once(process, "message")) as [Charge];
const history = new HistoryWriter(charge.history);
let nextCommand = charge.firstCommand;
const network = await Network.join(charge.networkId, {
  secretKey: charge.identity,
  relay: "none",
  bindAddrs: [charge.bind],
  discovery: { bootstrap: charge.bootstrap, dht: false },
});
let membership = join();
let isMember = true;
process.on("message", (order: Order) => void obey(order));
const { id, addrs } = network.local.address();
const directAddrs = addrs.flatMap((addr) => (addr.kind === "ip" ? [addr.value] : []));
tell({ kind: "joined", address: { id: id.hex, directAddrs } });

function join(): Membership {
  const write = history.write.bind(history);
  const recorder = new GroupRecorder<number>({ member: charge.member, name: (command) => command, write });
  const machine = new OrderMachine();
  const recorded = recorder.machine(machine);
  const key = GroupKey.fromSecret(charge.secret);
  const { mistake } = charge;
  const group = network.groups.join({ key, machine: mistake === undefined ? recorded : mistaken(recorded, mistake) });
  void recorder.follow(group);
  void watch(group);
  return { group, machine, recorder, clients: new Clients(group, recorder, history, () => nextCommand++) };
}

/** Writes down what the recorder has no eyes for. */
async function watch(group: OrderGroup): Promise<void> {
  for await (const event of group.events()) {
    const text = JSON.stringify(event);
    if (event.kind === "machineFailed" || event.kind === "lagged") history.write({ kind: "complaint", text });
    else history.write({ kind: "event", name: event.kind, peer: "peer" in event ? event.peer.hex : undefined, text });
  }
}

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case "work":
      membership.clients.work();
      return;
    case "rest":
      await membership.clients.rest();
      return;
    case "leave":
      isMember = false;
      // What is under way is told that the group was left.
      await Promise.all([membership.clients.rest(), membership.group.leave()]);
      membership.recorder.note({ kind: "ended", how: "left" });
      tell({ kind: "left" });
      return;
    case "rejoin":
      membership = join();
      isMember = true;
      return;
    case "state":
      tell({ kind: "state", state: state() });
  }
}

function state(): MemberState {
  const { group, machine, clients } = membership;
  return {
    isMember,
    leader: group.leader?.hex,
    isLeader: group.isLeader,
    isOnline: group.isOnline,
    bonds: group.bonds.peers().map(({ hex }) => hex),
    committed: group.committed,
    end: group.logPosition,
    applied: machine.answer(),
    openCount: clients.openCount,
    executedCount: clients.executedCount,
  };
}

function tell(reply: Reply): void {
  process.send!(reply);
}
