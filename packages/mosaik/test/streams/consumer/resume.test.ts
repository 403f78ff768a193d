import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { Network } from "../../../src/node/index.js";
import type { ChannelCondition, Consumer, ConsumerEvent, Producer, ResumeWindow } from "../../../src/streams/index.js";
import { randomFaults, Simulator, type Faults } from "../../../src/testing/index.js";
import { recorded } from "../recorded.js";

/** What CI runs; MOSAIK_SEEDS sets another number. A quarter of them for what is not about resume inside its window. */
const seeds = Number(process.env["MOSAIK_SEEDS"] ?? 100);
const fewSeeds = Math.ceil(seeds / 4);

const FAULTS_MS = 20_000;
const TIMEOUT_MS = 3_600_000;

interface Taker {
  readonly name: string;
  readonly consumer: Consumer<number>;
  readonly events: readonly (ConsumerEvent | { readonly kind: "lagged" })[];
  readonly taken: number[];
}

/** One producer of numbers and three consumers, each with all that it takes and all that happens to it. */
class Course {
  readonly sim: Simulator;
  readonly #networks: Network[] = [];
  readonly takers: Taker[] = [];
  producer!: Producer<number>;
  sent = 0;

  constructor(readonly seed: number) {
    this.sim = new Simulator({ seed, latency: { minMs: 1, maxMs: 60, jitterMs: 10 } });
  }

  async begin(resume: ResumeWindow | undefined, asks: boolean): Promise<void> {
    const { sim } = this;
    const producing = await this.#join("producer");
    const onlineWhen = (c: ChannelCondition): ChannelCondition => c.minimumOf(0);
    this.producer = producing.streams.produce(t.u32, { onlineWhen, ...(resume === undefined ? {} : { resume }) });
    for (const name of ["one", "two", "three"]) {
      const consumer = (await this.#join(name)).streams.consume(t.u32, { resume: asks });
      const taker: Taker = { name, consumer, events: recorded(consumer.events()), taken: [] };
      this.takers.push(taker);
      void (async () => {
        for await (const number of consumer) taker.taken.push(number);
      })();
    }
    await sim.within(20_000, this.producer.when().subscribed().minimumOf(3), "three consumers");
    // A consumer knows where to go on once it has heard where it began: later than its producer knows of it (seed 452).
    const areSubscribed = this.takers.map(({ consumer }) => consumer.when().subscribed().toPromise());
    await sim.within(20_000, Promise.all(areSubscribed), "each to know that it is subscribed");
  }

  /** Sends while things go wrong, until everything has been put right again and everybody has the last number. */
  async run(): Promise<void> {
    const { sim } = this;
    const random = sim.runtime("schedule").random;
    const nodes = ["producer", "one", "two", "three"];
    const plan = { nodes, durationMs: FAULTS_MS, count: 10, lastsMaxMs: 4000, skewMaxMs: 1000 };
    const drops = nodes.slice(1).map((name) => ({
      atMs: random.unit() * FAULTS_MS,
      what: `the producer and ${name} lose their connections`,
      apply: (faults: Faults) => faults.dropConnections("producer", name),
    }));
    const schedule = [...randomFaults(random, plan), ...drops].sort((a, b) => a.atMs - b.atMs);
    const playing = sim.play(schedule);
    let isPlayed = false;
    void playing.then(() => (isPlayed = true));
    // Time is driven by the schedule.
    const pace = sim.runtime("pace");
    const sendOne = (): void => {
      if (isPlayed) return;
      void this.producer.send(this.sent++);
      pace.after(1 + 40 * random.unit(), sendOne);
    };
    sendOne();
    await playing;
    sim.faults.healAll();
    const isBack = (): boolean => this.producer.consumers().filter(({ isConnected }) => isConnected).length === 3;
    await sim.until(isBack, { withinMs: 120_000, what: "every consumer to be back" });
    const last = this.sent++;
    await sim.within(20_000, this.producer.send(last), "the last number to be sent");
    const haveLast = (): boolean => this.takers.every(({ taken }) => taken.at(-1) === last);
    await sim.until(haveLast, { withinMs: 120_000, what: "everybody to have the last number" });
  }

  async end(): Promise<void> {
    const { sim } = this;
    await sim.within(10_000, Promise.all(this.#networks.map((network) => network.close())), "the nodes to close");
    expect(sim.reports).toEqual([]);
  }

  async #join(name: string): Promise<Network> {
    const runtime = this.sim.runtime(name);
    const bootstrap = this.#networks.slice(0, 1).map(({ local }) => local.id);
    const joining = Network.join("resume", { runtime, relay: "none", discovery: { bootstrap } });
    const network = await this.sim.within(5000, joining, `${name} to join`);
    this.#networks.push(network);
    return network;
  }
}

/** How many numbers are missing, from 0 to the last; fails where one comes twice or out of order. */
function missingOf(taken: readonly number[], what: string): number {
  let last = -1;
  for (const number of taken) {
    if (number <= last) throw new Error(`${what}: ${last} was followed by ${number}`);
    last = number;
  }
  return last + 1 - taken.length;
}

const gapsOf = ({ events }: Taker) => events.filter((event) => event.kind === "gap");
const lostOf = (taker: Taker): number => gapsOf(taker).reduce((sum, { lost }) => sum + (lost ?? NaN), 0);

describe(`subscriptions that break, ${seeds} seeds`, () => {
  async function each(
    seeds: number,
    resume: ResumeWindow | undefined,
    asks: boolean,
    check: (taker: Taker, what: string) => void,
  ): Promise<{ breaks: number; resumed: number; missing: number }> {
    let [breaks, resumed, missing] = [0, 0, 0];
    for (let seed = 0; seed < seeds; seed++) {
      const course = new Course(seed);
      await course.begin(resume, asks);
      await course.run();
      for (const taker of course.takers) {
        check(taker, `seed ${seed}, ${taker.name}`);
        breaks += taker.events.filter(({ kind }) => kind === "disconnected").length;
        resumed += taker.events.filter((event) => event.kind === "connected" && event.isResumed).length;
        missing += missingOf(taker.taken, `seed ${seed}, ${taker.name}`);
      }
      await course.end();
    }
    return { breaks, resumed, missing };
  }

  it("nothing is lost and nothing comes twice inside the window of resume", { timeout: TIMEOUT_MS }, async () => {
    const { breaks, resumed } = await each(seeds, { windowMs: 300_000 }, true, (taker, what) => {
      expect(missingOf(taker.taken, what), what).toBe(0);
      expect(gapsOf(taker), what).toEqual([]);
    });
    expect(breaks).toBeGreaterThan(seeds);
    expect(resumed).toBe(breaks);
  });

  it("outside the window exactly as many are lost as the gaps tell", { timeout: TIMEOUT_MS }, async () => {
    const { missing } = await each(fewSeeds, { windowItems: 10 }, true, (taker, what) => {
      expect(missingOf(taker.taken, what), what).toBe(lostOf(taker));
    });
    expect(missing).toBeGreaterThan(fewSeeds);
  });

  it("producers that keep nothing tell how many were lost, too", { timeout: TIMEOUT_MS }, async () => {
    await each(fewSeeds, undefined, true, (taker, what) => {
      expect(missingOf(taker.taken, what), what).toBe(lostOf(taker));
    });
  });

  it("without resume every break is a gap", { timeout: TIMEOUT_MS }, async () => {
    const { missing } = await each(fewSeeds, {}, false, (taker, what) => {
      const breaks = taker.events.filter(({ kind }) => kind === "disconnected").length;
      expect(gapsOf(taker).length, what).toBe(breaks);
      if (breaks === 0) expect(missingOf(taker.taken, what), what).toBe(0);
    });
    expect(missing).toBeGreaterThan(fewSeeds);
  });
});
