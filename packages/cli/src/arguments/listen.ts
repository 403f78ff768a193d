import { InvalidArgumentError } from "commander";

/** Where something listens. */
export interface ListenAddress {
  /** The address to bind; an IPv6 address without its brackets. */
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
}

/** `[HOST:]PORT`; without a host this machine alone. An IPv6 address is written in brackets. */
export function listenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) throw new InvalidArgumentError("Write PORT, HOST:PORT or [IPv6]:PORT.");
  return { host: bracketed ?? plain ?? "127.0.0.1", port };
}
