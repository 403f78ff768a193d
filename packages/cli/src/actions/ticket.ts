import { readFile, writeFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { Digest, InvalidTicket, PeerEntry, PeerId } from "mosaik";
import { jwt, JwtIssuer, type JsonInput } from "mosaik/jwt";
import type { Invocation } from "../action.js";
import { readSecret } from "../arguments/secret.js";
import type { InspectFlags, IssueFlags } from "../commands/ticket.js";
import { CliError, EXIT, usageError } from "../exit.js";
import { signingKey, verifyingKey } from "../keys/algorithms.js";
import type { Output } from "../output.js";

/** Issues a ticket. */
export async function issueTicket({ options, output }: Invocation<IssueFlags>): Promise<void> {
  const keyText = await ticketKey(options.keyFile, output);
  if (keyText === undefined) throw usageError("no key", "Give --key-file, or set MOSAIK_TICKET_KEY.");
  const issuer = new JwtIssuer(signingKey(keyText));
  const ticket = issuer.issue(peerId(options.peer), Date.now(), {
    issuer: options.issuer,
    audience: options.audience,
    tokenId: options.tokenId,
    ...(options.expires === Infinity ? {} : { expiresInMs: options.expires }),
    claims: Object.fromEntries((options.claim ?? []).map(claimOf)),
  });
  if (options.expires === Infinity)
    output.warn("a ticket that never expires: validators refuse it unless they allow that");
  const token = new TextDecoder().decode(ticket.data);
  if (options.out === undefined) {
    output.result({ ticket: token }, token);
    return;
  }
  try {
    await writeFile(options.out, `${token}\n`, { mode: 0o600 });
  } catch (error) {
    throw usageError(`cannot write ${options.out}: ${(error as Error).message}`);
  }
  output.result({ file: options.out }, `ticket in ${options.out}`);
}

/** Shows what a ticket claims; with a key, fails unless it is valid. */
export async function inspectTicket({ args, options, output }: Invocation<InspectFlags>): Promise<void> {
  const token = await readToken(args[0] as string);
  const [header, claims] = token.split(".").slice(0, 2).map(decodePart);
  if (token.split(".").length !== 3 || header === undefined || claims === undefined) {
    throw usageError("not a JSON Web Token: three parts of base64url with dots between");
  }
  const keyText = await ticketKey(options.keyFile, output);
  const verdict = keyText === undefined ? undefined : verdictOn(token, keyText, options.peer ?? claims["sub"]);
  output.result({ header: header as never, claims: claims as never, verdict: verdict ?? null }, () =>
    [
      ...Object.entries({ ...header, ...claims }).map(([name, value]) => `${name.padEnd(5)} ${shown(name, value)}`),
      verdict === undefined ? "not verified: give --key-file" : verdict === "valid" ? "valid" : `refused: ${verdict}`,
    ].join("\n"),
  );
  if (verdict !== undefined && verdict !== "valid")
    throw new CliError(EXIT.refused, `the ticket is not valid: ${verdict}`);
}

function verdictOn(token: string, keyText: string, peer: unknown): string {
  if (typeof peer !== "string") return "it names no peer";
  const validator = jwt({ keys: verifyingKey(keyText), allowNonExpiring: true });
  const nowMs = Date.now();
  const entry = PeerEntry.create("0.0.0", Digest.zero(), { id: peerId(peer), addrs: [] }, nowMs);
  const verdict = validator.validate(new TextEncoder().encode(token), entry, nowMs);
  return verdict instanceof InvalidTicket ? verdict.message : "valid";
}

function ticketKey(file: string | undefined, output: Output): Promise<string | undefined> {
  return readSecret({ file, variable: "MOSAIK_TICKET_KEY", what: "the key" }, output);
}

async function readToken(file: string): Promise<string> {
  try {
    return (file === "-" ? await readAll(process.stdin) : await readFile(file, "utf8")).trim();
  } catch (error) {
    throw usageError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

function decodePart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function shown(name: string, value: unknown): string {
  if (!["exp", "nbf", "iat"].includes(name) || typeof value !== "number") return JSON.stringify(value);
  const when = new Date(value * 1000);
  return `${value}${Number.isNaN(when.getTime()) ? "" : ` (${when.toISOString()})`}`;
}

function peerId(text: string): PeerId {
  try {
    return PeerId.from(text);
  } catch (error) {
    throw usageError((error as Error).message);
  }
}

function claimOf(text: string): [string, JsonInput] {
  const at = text.indexOf("=");
  if (at < 1) throw usageError(`not a claim: ${text}`, "Write --claim NAME=VALUE.");
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value) as JsonInput];
  } catch {
    return [text.slice(0, at), value];
  }
}
