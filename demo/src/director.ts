import type { LocalRelay } from "@mosaik/interop";
import { setTimeout as delay } from "node:timers/promises";
import { Ledger } from "./account/ledger.js";
import { summaryOf } from "./account/draw-up.js";
import type { Summary } from "./account/summary.js";
import { violationsOf } from "./account/verdict.js";
import { StartError, type Member } from "./cast/member.js";
import { NodeProcess } from "./cast/node-process.js";
import { RustMember } from "./cast/rust-member.js";
import type { NodeAddress, NodeConfig, NodeReport } from "./node/messages.js";
import type { DemoOptions } from "./options.js";
import type { Plan, SensorPart } from "./plan.js";
import { sensorTag, STREAM_ID } from "./readings.js";
import type { Screen } from "./view/screen.js";

const NETWORK = "mosaik-demo";
/** How long the last readings may take to the viewers, in ms. */
const DELIVERY_TIMEOUT_MS = 3000;

/** Starts the processes, plays the plan, ends them in order, and draws up the account. */
export class Director {
  readonly #options: DemoOptions;
  readonly #plan: Plan;
  readonly #screen: Screen;
  readonly #interrupt: AbortSignal;
  readonly #ledger = new Ledger();
  readonly #members = new Map<string, Member>();
  /** Those that we killed ourselves. */
  readonly #killed = new Set<string>();
  #relayUrls: readonly string[] = [];
  /** When everybody was up, by the monotonic clock. */
  #zeroMs = 0;
  /** When the end began; from then on the table stays as it is: that everybody leaves is no news. */
  #finishMs: number | undefined;

  constructor(options: DemoOptions, plan: Plan, screen: Screen, interrupt: AbortSignal) {
    this.#options = options;
    this.#plan = plan;
    this.#screen = screen;
    this.#interrupt = interrupt;
  }

  /** @throws StartError when a process does not come up; then none is left behind, as after every end */
  async run(): Promise<Summary> {
    const relay = this.#options.rust ? await startLocalRelay() : undefined;
    try {
      this.#relayUrls = relay === undefined ? [] : [relay.url];
      await this.#start();
      await this.#play();
      await this.#finish();
    } finally {
      await this.#sweep();
      await relay?.close();
    }
    this.#screen.end();
    return this.#summary();
  }

  /** Kills whatever is left. */
  killAll(): void {
    for (const [name, member] of this.#members) {
      this.#killed.add(name);
      if (member.end === undefined) member.kill();
    }
  }

  async #start(): Promise<void> {
    const { bootstrap, sensors, viewers, rustSensor, rustViewer } = this.#plan;
    await this.#spawn(bootstrap, { role: "bootstrap", ...this.#common([]) }).joined;
    await Promise.all(sensors.map((part) => this.#spawnSensor(part, [bootstrap]).joined));
    if (rustSensor !== undefined) await this.#startRustSensor(rustSensor);
    await Promise.all(
      viewers.map((name) => this.#spawn(name, { role: "viewer", ...this.#common([bootstrap]) }).joined),
    );
    if (rustViewer !== undefined) await this.#startRustViewer(rustViewer);
    this.#zeroMs = performance.now();
  }

  #common(waysIn: readonly string[]): { network: string; relayUrls: readonly string[]; waysIn: NodeAddress[] } {
    const addresses = waysIn.map((name) => this.#members.get(name)?.address);
    return {
      network: NETWORK,
      relayUrls: this.#relayUrls,
      waysIn: addresses.filter((address) => address !== undefined),
    };
  }

  #spawn(name: string, config: NodeConfig): NodeProcess {
    const member = new NodeProcess(name, config, (report) => this.#receive(name, report));
    this.#members.set(name, member);
    void member.ended.then(({ ending }) => {
      if (this.#zeroMs === 0) return; // its start fails, and tells why
      if (ending === "failed") this.#say(`${name} has failed; the summary says how`);
      else if (ending === "killed" && !this.#killed.has(name)) this.#say(`${name} was killed by somebody else`);
    });
    return member;
  }

  #spawnSensor({ name, gauge }: SensorPart, waysIn: readonly string[]): NodeProcess {
    const { rateHz } = this.#options;
    return this.#spawn(name, { role: "sensor", name, gauge, rateHz, ...this.#common(waysIn) });
  }

  async #startRustSensor(name: string): Promise<void> {
    // A Rust sensor sends two readings at a time.
    const intervalMs = Math.max(1, Math.round(2000 / this.#options.rateHz));
    await this.#startRust(name, "sensor", (node) => node.demoSensor({ name, intervalMs, streamId: STREAM_ID }));
  }

  async #startRustViewer(name: string): Promise<void> {
    await this.#startRust(name, "viewer", (node) => node.demoViewer({ streamId: STREAM_ID }));
  }

  async #startRust(
    name: string,
    role: "sensor" | "viewer",
    begin: Parameters<typeof RustMember.start>[2],
  ): Promise<void> {
    const [relay] = this.#relayUrls;
    const tags = role === "sensor" ? [sensorTag(name)] : [];
    const member = await RustMember.start({ name, role }, { network: NETWORK, relay: relay!, tags }, begin);
    const others = [...this.#members.values()].flatMap(({ address }) => address ?? []);
    this.#members.set(name, member);
    await member.meet(others);
  }

  #receive(name: string, report: NodeReport): void {
    if (report.kind === "produced") this.#ledger.produced(name, report.seq);
    else if (report.kind === "subscribed") this.#ledger.subscribed(name, report.viewer, report.fromSeq);
    else if (report.kind === "received") {
      for (const [sensor, seq] of report.readings) this.#ledger.received(name, sensor, seq);
    } else if (report.kind === "table" && this.#isOnScreen(name)) {
      this.#screen.show(["", ...report.lines], performance.now());
    }
  }

  /** The screen is the first living viewer's. */
  #isOnScreen(viewer: string): boolean {
    if (this.#zeroMs === 0 || this.#finishMs !== undefined) return false;
    return viewer === this.#plan.viewers.find((name) => this.#members.get(name)?.end === undefined);
  }

  #say(what: string): void {
    const time = this.#zeroMs === 0 ? "start" : `${((performance.now() - this.#zeroMs) / 1000).toFixed(1)} s`;
    this.#screen.note(`[${time}] ${what}`);
  }

  /** Everything happens at its time, by the monotonic clock, until the end or an interrupt. */
  async #play(): Promise<void> {
    this.#say(`everybody is up: ${[...this.#members.keys()].join(", ")}`);
    const { kills, late, endMs } = this.#plan;
    const events = [
      ...kills.map(({ name, atMs }) => ({ atMs, act: () => this.#kill(name) })),
      { atMs: late.atMs, act: () => this.#joinLate() },
      { atMs: endMs, act: () => this.#say("the end: sensors first, then viewers") },
    ].sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, act } of events) {
      const waitMs = this.#zeroMs + atMs - performance.now();
      await delay(Math.max(0, waitMs), undefined, { signal: this.#interrupt }).catch(() => {});
      if (this.#interrupt.aborted) return this.#say("interrupted: ending everybody in order");
      act();
    }
  }

  #kill(name: string): void {
    const member = this.#members.get(name);
    if (member === undefined || member.end !== undefined) return;
    this.#say(`kill -9 ${name}`);
    this.#killed.add(name);
    member.kill();
  }

  /** The late sensor is told of two members, for the bootstrap node may be dead by then: any member is a way in. */
  #joinLate(): void {
    const { bootstrap, sensors, late } = this.#plan;
    const another = sensors.find(({ name }) => this.#members.get(name)?.end === undefined);
    this.#say(`${late.name} joins late`);
    this.#spawnSensor(late, another === undefined ? [bootstrap] : [bootstrap, another.name]);
  }

  /** Sensors end first and hand over what is on its way; viewers when they have it all. */
  async #finish(): Promise<void> {
    // Who has been called shall have been there.
    if (!this.#interrupt.aborted) await this.#members.get(this.#plan.late.name)?.joined.catch(() => {});
    this.#finishMs = performance.now();
    const alive = [...this.#members.values()].filter(({ end }) => end === undefined);
    const sensors = alive.filter(({ role }) => role === "sensor");
    await Promise.all(sensors.map((sensor) => sensor.drain()));
    for (const sensor of sensors) if (sensor instanceof RustMember) this.#enterProduced(sensor);
    const viewers = alive.filter(({ role, end }) => role === "viewer" && end === undefined);
    await Promise.all(viewers.map((viewer) => this.#waitForDelivery(viewer, sensors)));
    await Promise.all(alive.map((member) => member.stop()));
  }

  /** Until a viewer has the last reading of each of these sensors, but not for ever: what is missing then is lost. */
  async #waitForDelivery(viewer: Member, sensors: readonly Member[]): Promise<void> {
    const peer = viewer.address?.id ?? "";
    const due = sensors
      .filter(({ end }) => end?.ending !== "killed")
      // A Rust sensor does not tell of its subscribers, and without one it does not produce.
      .filter((sensor) => sensor instanceof RustMember || this.#ledger.isSubscribed(sensor.name, peer))
      .map(({ name }) => ({ name, seq: this.#ledger.producedBy(name) }))
      .filter(({ seq }) => seq > 0);
    if (viewer instanceof RustMember) {
      await Promise.all(due.map(({ name, seq }) => viewer.hasReceived(name, seq, DELIVERY_TIMEOUT_MS)));
      return;
    }
    const hasAll = (): boolean => due.every(({ name, seq }) => this.#ledger.lastReceived(viewer.name, name) >= seq);
    await Promise.race([this.#ledger.when(hasAll, DELIVERY_TIMEOUT_MS), viewer.ended]);
  }

  #enterProduced(sensor: RustMember): void {
    const known = this.#ledger.producedBy(sensor.name);
    for (const { seq } of sensor.readings("demoProduced").slice(known)) this.#ledger.produced(sensor.name, Number(seq));
  }

  async #sweep(): Promise<void> {
    this.killAll();
    await Promise.all([...this.#members.values()].map(({ ended }) => ended));
  }

  #summary(): Summary {
    const members = [...this.#members.values()];
    this.#enterRust(members.filter((member) => member instanceof RustMember));
    const { seed, seconds, rateHz } = this.#options;
    const summary = summaryOf(members, this.#ledger, {
      seed,
      seconds,
      rateHz,
      isInterrupted: this.#interrupt.aborted,
      zeroMs: this.#zeroMs,
      finishMs: this.#finishMs ?? this.#zeroMs,
    });
    return { ...summary, violations: [...this.#ledger.broken, ...violationsOf(summary)] };
  }

  /** What the Rust nodes have told goes into the books at the end. */
  #enterRust(members: readonly RustMember[]): void {
    for (const viewer of members.filter(({ role }) => role === "viewer")) {
      for (const { sensor, seq } of viewer.readings("demoReceived")) {
        this.#ledger.received(viewer.name, sensor, Number(seq));
      }
    }
    for (const sensor of members.filter(({ role }) => role === "sensor")) {
      this.#enterProduced(sensor);
      if (sensor.end?.ending === "killed") this.#ledger.completeFromArrivals(sensor.name);
    }
  }
}

async function startLocalRelay(): Promise<LocalRelay> {
  const { startRelay } = await import("@mosaik/interop");
  return startRelay().catch((error: unknown) => {
    throw new StartError("the relay", (error as Error).message, "");
  });
}
