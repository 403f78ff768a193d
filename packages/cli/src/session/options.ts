import { readFile } from "node:fs/promises";
import { parseAddressText, type EndpointAddress, type NetworkOptions, type RelayOption, type Ticket } from "mosaik";
import { JWT_TICKET_CLASS } from "mosaik/jwt";
import { readSecret } from "../arguments/secret.js";
import { usageError } from "../exit.js";
import type { Output } from "../output.js";
import type { NetworkFlags } from "./flags.js";

/** Three parts of base64url with dots between. */
const WEB_TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** What the library is told for these flags. @throws CliError for flags that cannot be understood, or by which nobody can be found */
export async function networkOptions(flags: NetworkFlags, output: Output): Promise<NetworkOptions> {
  const secretKey = await secretKeyOf(flags, output);
  const relay = relayOption(flags.relay);
  const routers = dhtRouters(flags);
  return {
    ...(secretKey === undefined ? {} : { secretKey }),
    ...(relay === undefined ? {} : { relay }),
    ...(flags.foreignRelays ? { foreignRelays: true } : {}),
    ...(flags.bind === undefined ? {} : { bindAddrs: flags.bind }),
    discovery: {
      bootstrap: words(flags.bootstrap).map(bootstrapPeer),
      dht: flags.dht && routers.length > 0 ? { routers } : flags.dht,
      mdns: flags.mdns ?? false,
      tags: flags.tag ?? [],
    },
  };
}

/** The routers of the DHT that the flags name; none stands for the public ones. */
export function dhtRouters(flags: NetworkFlags): readonly string[] {
  return words(flags.dhtRouter);
}

/** Whether these flags leave a way to find anybody. */
export function canFindPeers(flags: NetworkFlags): boolean {
  return flags.dht || (flags.mdns ?? false) || words(flags.bootstrap).length > 0;
}

/** The tickets in these files: JSON Web Tokens. @throws CliError */
export async function readTickets(files: readonly string[] = []): Promise<Ticket[]> {
  return Promise.all(
    files.map(async (file) => {
      const token = await readFile(file, "utf8").catch((error: Error) => {
        throw usageError(`the ticket cannot be read from ${file}: ${error.message}`);
      });
      if (!WEB_TOKEN.test(token.trim())) {
        throw usageError(`what ${file} holds is no ticket`, "`mosaik ticket issue --out FILE` makes one.");
      }
      return { class: JWT_TICKET_CLASS, data: new TextEncoder().encode(token.trim()) };
    }),
  );
}

/** The library makes an identity of any text; of a text from a wrong file, or a short one, it would be one that others can guess. */
async function secretKeyOf({ secretKeyFile: file }: NetworkFlags, output: Output): Promise<string | undefined> {
  const secretKey = await readSecret({ file, variable: "MOSAIK_SECRET_KEY", what: "the secret key" }, output);
  if (secretKey === undefined || /^[0-9a-f]{64}$/i.test(secretKey)) return secretKey?.toLowerCase();
  throw usageError(
    `the secret key ${file === undefined ? "of $MOSAIK_SECRET_KEY" : `in ${file}`} has not 64 hexadecimal digits`,
    "`mosaik key new --out FILE` makes one.",
  );
}

function bootstrapPeer(text: string): EndpointAddress {
  try {
    return parseAddressText(text);
  } catch (error) {
    throw usageError(`--bootstrap ${text}: ${(error as Error).message}`, "Write --bootstrap ID@IP:PORT.");
  }
}

function relayOption(given: NetworkFlags["relay"]): RelayOption | undefined {
  if (given === false) return "none";
  const relays = words(given);
  if (relays.length === 0) return undefined;
  const [first] = relays;
  if (first === "none" || first === "default") {
    if (relays.length > 1) throw usageError(`--relay ${first} cannot be combined with others`);
    return first;
  }
  for (const url of relays) {
    if (!URL.canParse(url))
      throw usageError(`not a relay's URL: ${url}`, "Write --relay https://HOST/, none or default.");
  }
  return { urls: relays };
}

/** An environment variable gives one text for what may be said several times. */
function words(given: readonly string[] | string | undefined): string[] {
  return [given ?? []].flat().flatMap((text) => text.split(/\s+/).filter((word) => word !== ""));
}
