import { Command, InvalidArgumentError, Option } from "commander";
import { lazily } from "../action.js";
import { duration } from "../arguments/duration.js";
import { several } from "../arguments/several.js";

export interface IssueFlags {
  readonly keyFile?: string;
  readonly peer: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** In ms; `Infinity` for a ticket that never expires. */
  readonly expires: number;
  readonly tokenId?: string;
  readonly claim?: readonly string[];
  readonly out?: string;
}

export interface InspectFlags {
  readonly keyFile?: string;
  readonly peer?: string;
}

const KEY_FILE = "made by `mosaik key new --algorithm ES256` (or $MOSAIK_TICKET_KEY)";

/** `mosaik ticket`. */
export function ticketCommand(): Command {
  const command = new Command("ticket").description("issue and look at tickets that admit peers: JSON Web Tokens");
  command
    .command("issue")
    .description("issue a ticket for one peer")
    .requiredOption("-p, --peer <id>", "who carries it")
    .option("-k, --key-file <file>", `the secret key, ${KEY_FILE}`)
    .option("--issuer <text>", "iss: who issues it")
    .option("--audience <text>", "aud: what it is for")
    .addOption(new Option("--expires <time>", "exp: from now, or never").argParser(expiry).default(3_600_000, "1h"))
    .option("--token-id <text>", "jti: a name of this ticket")
    .addOption(several("--claim <name=value>", "a further claim; the value is JSON, or else a text"))
    .option("-o, --out <file>", "where it goes (default: stdout)")
    .action(lazily<IssueFlags>(() => import("../actions/ticket.js").then(({ issueTicket }) => issueTicket)));
  command
    .command("inspect")
    .description("print what a ticket says, and whether it is valid")
    .argument("<file>", "the ticket; - for stdin")
    .option("-k, --key-file <file>", `verify it with this key, public or secret, ${KEY_FILE}`)
    .option("-p, --peer <id>", "whether it admits this peer (default: the one that it names)")
    .action(lazily<InspectFlags>(() => import("../actions/ticket.js").then(({ inspectTicket }) => inspectTicket)));
  return command;
}

function expiry(text: string): number {
  if (text === "never") return Infinity;
  const ms = duration(text);
  if (ms < 1000) throw new InvalidArgumentError("Tickets count whole seconds.");
  return ms;
}
