import { type CustomRelays, type EndpointAddr, type EndpointOptions, TransportError } from "@mosaik/iroh/transport";

/** The greatest code of a close, a reset or a stop. */
const codeMax = 0xffff_ffff;

/** The beginning of a certificate in PEM: a sequence in DER of at least 128 bytes, which base64 begins with MI. */
const CERTIFICATE = /^-----BEGIN CERTIFICATE-----\s+MI/m;

/** @throws TransportError `invalidArgument` unless this can be the code of a close, a reset or a stop. */
export function requireCode(code: number): void {
  if (!Number.isInteger(code) || code < 0 || code > codeMax)
    refuse(`a code must be an integer below 2^32, not ${code}`);
}

/** @throws TransportError `invalidArgument` unless this is a number of bytes. */
export function requireCount(count: number, name: string): void {
  if (!Number.isSafeInteger(count) || count < 0) refuse(`${name} must be a non-negative integer, not ${count}`);
}

/** @throws TransportError `invalidArgument` where an endpoint cannot be made of these options. */
export function requireOptions(options: EndpointOptions): void {
  if (options.secretKey.length !== 32) refuse(`a secret key has 32 bytes, not ${options.secretKey.length}`);
  for (const addr of options.bindAddrs ?? []) requireSocketAddr(addr);
  if (typeof options.relay === "object") requireRelays(options.relay);
  if (options.mdns !== undefined && !/^[a-z0-9-]{1,15}$/.test(options.mdns.serviceName)) {
    refuse(`not a service: ${options.mdns.serviceName}`);
  }
}

function requireRelays({ urls, certificates = [], quicPort = 1 }: CustomRelays): void {
  for (const url of urls) requireUrl(url);
  for (const pem of certificates) if (!CERTIFICATE.test(pem)) refuse("there is no certificate in a PEM text");
  if (!Number.isInteger(quicPort) || quicPort < 1 || quicPort > 65_535) refuse(`not a port: ${quicPort}`);
}

/** @throws TransportError `invalidArgument` where a dial cannot be made to this address with these protocols. */
export function requireDial(addr: EndpointAddr, alpns: readonly string[]): void {
  if (!/^[0-9a-f]{64}$/.test(addr.id))
    refuse(`an endpoint id has 64 lowercase hexadecimal characters, not "${addr.id}"`);
  for (const direct of addr.directAddrs) requireSocketAddr(direct);
  for (const url of addr.relayUrls) requireUrl(url);
  if (alpns.length === 0 || alpns.includes("")) refuse("a dial must offer a protocol");
}

/** The port of a socket address. @throws TransportError `invalidArgument` where it does not parse. */
export function requireSocketAddr(addr: string): number {
  const match = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(addr);
  const port = Number(match?.[1]);
  if (match === null || port > 65_535) refuse(`not a socket address: "${addr}"`);
  return port;
}

function requireUrl(url: string): void {
  if (!URL.canParse(url)) refuse(`not a relay URL: "${url}"`);
}

function refuse(message: string): never {
  throw new TransportError("invalidArgument", message);
}
