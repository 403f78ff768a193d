import { Option, type Command } from "commander";
import { duration } from "../arguments/duration.js";
import { several } from "../arguments/several.js";

/** What every command takes that joins a network. */
export interface NetworkFlags {
  readonly network?: string;
  readonly bootstrap?: readonly string[];
  /** `false` for `--no-relay`. */
  readonly relay?: readonly string[] | false;
  readonly foreignRelays?: boolean;
  readonly dht: boolean;
  readonly dhtRouter?: readonly string[];
  readonly mdns?: boolean;
  readonly bind?: readonly string[];
  readonly secretKeyFile?: string;
  readonly ticketFile?: readonly string[];
  readonly tag?: readonly string[];
  /** How long peers are looked for, in ms. */
  readonly timeout: number;
}

const GROUP = "Network options:";

/** Adds the options of a command that joins a network. */
export function joinsNetwork(command: Command, defaults: { readonly timeout?: string } = {}): Command {
  const timeout = defaults.timeout ?? "15s";
  const options = [
    new Option("-n, --network <id>", "the network's id: 64 hexadecimal digits, or any text").env("MOSAIK_NETWORK"),
    several("-b, --bootstrap <address>", "peers to begin with: ID, or ID@IP:PORT,RELAY_URL").env("MOSAIK_BOOTSTRAP"),
    several("--relay <url>", "relays: their URLs, none, or default").env("MOSAIK_RELAY"),
    new Option("--no-relay", "use no relays: peers are reached by their own addresses only"),
    new Option("--foreign-relays", "follow relays that peers name and this node does not use"),
    new Option("--no-dht", "do not look for peers in the Mainline DHT").env("MOSAIK_NO_DHT"),
    several("--dht-router <host:port>", "routers of the DHT").env("MOSAIK_DHT_ROUTER"),
    new Option("--mdns", "look for peers on the local network too"),
    several("--bind <ip:port>", "socket addresses to bind"),
    new Option("--secret-key-file <file>", "this node's identity, made by `mosaik key new` (or $MOSAIK_SECRET_KEY)"),
    several("--ticket-file <file>", "tickets to carry, made by `mosaik ticket issue`"),
    several("--tag <tag>", "labels to carry"),
    new Option("-t, --timeout <time>", "how long others are looked for")
      .argParser(duration)
      .default(duration(timeout), timeout),
  ];
  for (const option of options) command.addOption(option.helpGroup(GROUP));
  return command;
}
