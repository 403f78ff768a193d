import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Network } from "../../src/node/index.js";
import { endpointAddressCodec, signedPeerEntryCodec } from "../../src/network/index.js";
import { Digest, fromHex, toHex } from "../../src/primitives/index.js";
import { createWorld } from "../../src/testing/index.js";
import { Attacker } from "./attacker.js";
import { plans, Siege, type PlanName } from "./siege.js";

const program = fileURLToPath(new URL("children/siege.mjs", import.meta.url));

/** What a besieging process is told; bytes in hexadecimal. */
interface Orders {
  readonly plan: PlanName;
  readonly network: string;
  /** The victim's address. */
  readonly victim: string;
  /** A friend's signed entry. */
  readonly friend: string;
  readonly stream: string;
}

/** A siege from a process of its own: what attacking costs is not the victim's. */
export class SiegeProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when the siege has begun. */
  static async begin(plan: PlanName, victim: Network, friend: Network, stream: string): Promise<SiegeProcess> {
    // Without our own arguments, which are vitest's.
    const siege = new SiegeProcess(fork(program, { execArgv: [] }));
    await siege.#told("ready");
    const orders: Orders = {
      plan,
      network: victim.id.hex,
      victim: toHex(endpointAddressCodec.encode(victim.local.address())),
      friend: toHex(signedPeerEntryCodec.encode(friend.discovery.me())),
      stream,
    };
    siege.#child.send(orders);
    await siege.#told("begun");
    return siege;
  }

  /** @returns how many bad announcements the victim's transport has taken */
  async end(): Promise<number> {
    this.#child.send("end");
    const sentCount = (await this.#told()) as number;
    this.#child.disconnect();
    await once(this.#child, "exit");
    return sentCount;
  }

  /** Ends it without a word, for a test that failed meanwhile. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async #told(expected?: string): Promise<unknown> {
    const ended = once(this.#child, "exit").then(() => {
      throw new Error("the besieging process has ended");
    });
    const [message] = (await Promise.race([once(this.#child, "message"), ended])) as [unknown];
    if (expected !== undefined && message !== expected) throw new Error(`${String(message)} in place of ${expected}`);
    return message;
  }
}

/** The besieging process itself: waits for orders, and for the word to end. */
export async function besiege(): Promise<void> {
  const world = createWorld("live", { seed: 0 });
  const runtime = await world.runtime("attacker");
  const attacker = await Attacker.bind(runtime);
  process.send!("ready");
  const [orders] = (await once(process, "message")) as [Orders];
  const address = endpointAddressCodec.decode(fromHex(orders.victim)!);
  const victim = { id: Digest.from(orders.network), local: { id: address.id, address: () => address } };
  const siege = new Siege(runtime, attacker, victim, signedPeerEntryCodec.decode(fromHex(orders.friend)!));
  plans[orders.plan]({ siege, stream: orders.stream, fastPerSecond: Infinity });
  process.send!("begun");
  await once(process, "message");
  process.send!(await siege.end());
  await world.close();
}
