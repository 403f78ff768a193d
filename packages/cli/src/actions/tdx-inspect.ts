import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import {
  decodeTicket,
  measurementsOf,
  parseCollateral,
  parseQuote,
  TdxError,
  verifyQuote,
  type Collateral,
  type Quote,
  type TdxTicket,
} from "mosaik/tee";
import type { Invocation } from "../action.js";
import type { InspectFlags } from "../commands/tdx.js";
import { CliError, EXIT, usageError } from "../exit.js";

/** Says what a quote holds, and whether it is genuine; exits with 4 where it is not. */
export async function inspectQuote({ args, options, output }: Invocation<InspectFlags>): Promise<void> {
  const [path] = args as [string];
  const bytes = await bytesOf(path);
  const ticket = ticketIn(bytes);
  const quote = ticket?.quote ?? quoteIn(bytes);
  const collateral = options.collateral === undefined ? undefined : await collateralIn(options.collateral);
  const nowMs = options.at === undefined ? Date.now() : Date.parse(options.at);
  if (Number.isNaN(nowMs)) throw usageError(`${options.at} is no time, as 2026-01-02T03:04:05Z`);
  const found = { ...bound(ticket), ...described(quote), ...verdict(quote, nowMs, collateral) };
  const lines = Object.entries(found).map(([name, value]) => `${name.padEnd(13)} ${String(value)}`);
  output.result(found, lines.join("\n"));
  if (!found.genuine) throw new CliError(EXIT.refused, `not proved to be of genuine hardware: ${found.why}`);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const content = await (path === "-" ? buffer(process.stdin) : readFile(path)).catch((error: Error) => {
    throw usageError(`${path}: ${error.message}`);
  });
  const text = content.toString("latin1").trim();
  return /^([0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, "hex") : content;
}

function ticketIn(bytes: Uint8Array): TdxTicket | undefined {
  try {
    return decodeTicket(bytes);
  } catch (error) {
    if (error instanceof TdxError && error.code === "malformedTicket") return undefined;
    throw refused(error);
  }
}

function quoteIn(bytes: Uint8Array): Quote {
  try {
    return parseQuote(bytes);
  } catch (error) {
    throw refused(error);
  }
}

async function collateralIn(path: string): Promise<Collateral> {
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw usageError(`${path}: ${error.message}`);
  });
  try {
    return parseCollateral(text);
  } catch (error) {
    throw usageError(`${path}: ${(error as Error).message}`);
  }
}

function bound(ticket: TdxTicket | undefined): object {
  if (ticket === undefined) return {};
  const { peerId, networkId, startedAt, quotedAt, expiration } = ticket;
  return {
    peer: peerId.hex,
    network: networkId.hex,
    started: startedAt.toString(),
    quoted: quotedAt.toString(),
    expires: expiration.toString(),
  };
}

function described(quote: Quote): object {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const registers = Object.entries(measurementsOf(quote.report)).map(([name, value]) => [
    name,
    hex(value as Uint8Array),
  ]);
  return {
    version: quote.version,
    ...(Object.fromEntries(registers) as Record<string, string>),
    attributes: hex(quote.report.tdAttributes),
    reportData: hex(quote.report.reportData),
  };
}

function verdict(
  quote: Quote,
  nowMs: number,
  collateral: Collateral | undefined,
): { genuine: boolean; why?: string; family?: string; status?: string; advisories?: string } {
  try {
    const { platform, level } = verifyQuote(quote, { nowMs, ...(collateral && { collateral }) });
    const status = level?.status ?? "not looked at: no collateral";
    return { genuine: true, family: platform.fmspc, status, ...(level && { advisories: level.advisoryIds.join(" ") }) };
  } catch (error) {
    if (error instanceof TdxError) return { genuine: false, why: error.message };
    throw error;
  }
}

function refused(error: unknown): unknown {
  return error instanceof TdxError ? new CliError(EXIT.refused, error.message, { cause: error }) : error;
}
