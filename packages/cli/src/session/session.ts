import { formatAddress, Network, parseAddressText, type EndpointAddress, type NetworkOptions } from "mosaik";
import type { Invocation } from "../action.js";
import { CliError, EXIT, usageError } from "../exit.js";
import type { Output } from "../output.js";
import type { NetworkFlags } from "./flags.js";
import { canFindPeers, networkOptions, readTickets } from "./options.js";

/** The shortest part of a peer's id that may stand for it. */
const PREFIX_DIGITS_MIN = 4;

/** This command as a node of a network. */
export class Session {
  readonly network: Network;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** How long others are looked for, in ms. */
  readonly timeoutMs: number;

  private constructor(network: Network, { output, signal, options }: Invocation<NetworkFlags>) {
    this.network = network;
    this.output = output;
    this.signal = signal;
    this.timeoutMs = options.timeout;
  }

  /**
   * Joins the network that the flags name.
   *
   * @param needs whether the command is of use where nobody is found: then it is refused where the flags leave no way to find anybody
   * @param more what the flags of all commands do not tell
   */
  static async join(
    invocation: Invocation<NetworkFlags>,
    needs: "peers" | "nobody" = "peers",
    more: NetworkOptions = {},
  ): Promise<Session> {
    const { options, output, signal } = invocation;
    if (options.network === undefined) {
      throw usageError("which network?", "Say --network ID, or set MOSAIK_NETWORK.");
    }
    if (needs === "peers" && !canFindPeers(options)) {
      throw usageError(
        "nobody can be found without the DHT",
        "Name a peer with --bootstrap ID@IP:PORT, look on the local network with --mdns, or leave out --no-dht.",
      );
    }
    // Before it joins: a peer that heard of this node without them would refuse it.
    const tickets = await readTickets(options.ticketFile);
    const joining = Network.join(options.network, { ...(await networkOptions(options, output)), ...more, signal });
    const network = await output.during(`joining ${options.network}`, joining);
    const session = new Session(network, invocation);
    try {
      for (const ticket of tickets) network.discovery.addTicket(ticket);
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  /** Joins, does the work, and leaves in order, whatever happens. */
  static async run(
    invocation: Invocation<NetworkFlags>,
    work: (session: Session) => Promise<void>,
    needs: "peers" | "nobody" = "peers",
    more: NetworkOptions = {},
  ): Promise<void> {
    const session = await Session.join(invocation, needs, more);
    try {
      await work(session);
    } finally {
      await session.close();
    }
  }

  /** Waits until the time that `--timeout` gives is over. @throws CliError `notFound` with `failure`; the signal's reason */
  async within<T>(
    what: string,
    wait: (signal: AbortSignal) => Promise<T>,
    failure: string,
    advice?: string,
  ): Promise<T> {
    const deadline = AbortSignal.timeout(this.timeoutMs);
    try {
      return await this.output.during(what, wait(AbortSignal.any([deadline, this.signal])));
    } catch (error) {
      if (!deadline.aborted || this.signal.aborted) throw error;
      throw new CliError(
        EXIT.notFound,
        `${failure} within ${this.timeoutMs / 1000} s`,
        advice === undefined ? {} : { advice },
      );
    }
  }

  /** Waits for the first peer. @throws CliError `notFound` */
  async firstPeer(): Promise<void> {
    const { catalog } = this.network.discovery;
    const found = catalog.when((peers) => peers.peersCount() > 0);
    await this.within(
      "looking for peers",
      (signal) => found.toPromise({ signal }),
      `no peer of network ${this.network.id.short()} was found`,
      "Check --network and --bootstrap; `mosaik diagnose ADDRESS` says what is wrong with a peer.",
    );
  }

  /**
   * The peer that a text names: an address, an id, or the beginning of the id of a peer that is known or becomes known.
   *
   * @throws CliError `usage`, `notFound`
   */
  async peer(text: string): Promise<EndpointAddress> {
    try {
      return parseAddressText(text);
    } catch (error) {
      if (!/^[0-9a-f]+$/.test(text) || text.length < PREFIX_DIGITS_MIN) {
        throw usageError(
          `not a peer: ${(error as Error).message}`,
          `A peer is ID, ID@IP:PORT, or at least ${PREFIX_DIGITS_MIN} digits of the id of one that this network knows.`,
        );
      }
    }
    const { catalog } = this.network.discovery;
    const named = () => catalog.peers().filter(({ id }) => id.hex.startsWith(text));
    await this.within(
      `looking for ${text}`,
      (signal) => catalog.when(() => named().length > 0).toPromise({ signal }),
      `no peer whose id begins with ${text} was found`,
      "`mosaik peers` lists those that there are.",
    );
    const [peer, another] = named();
    if (another !== undefined)
      throw usageError(`several peers' ids begin with ${text}`, "Give more digits of the one.");
    return peer!.entry.address;
  }

  /** What others can give as `--bootstrap` to find this node. */
  get address(): string {
    return formatAddress(this.network.local.address());
  }

  async close(): Promise<void> {
    await this.network.close();
  }
}
