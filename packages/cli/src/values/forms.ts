import { Duration } from "@mosaik/postcard";
import { DateTime, Digest, PeerId, type Codec } from "mosaik";
import type { JsonValue } from "../json.js";
import { parseBytesText, bytesText } from "./bytes-text.js";
import { JsonNumber, JsonObject, type Json } from "./json-text.js";

/** How the values of a codec with code of its own look in JSON. What the functions throw says why a text is no value. */
export interface Form {
  readonly toJson: (value: never) => JsonValue;
  readonly fromJson: (json: Json) => unknown;
  /** For people, without quotes. */
  readonly toText: (value: never) => string;
  /** Whether it is text in JSON, so that it can be the key of an object. */
  readonly isText: boolean;
}

/** The form of a codec of `shape.kind` "opaque". One that nobody knows is shown by its bytes. */
export function formOf(codec: Codec<unknown>): Form {
  const known = FORMS.get(codec.rustName ?? "");
  if (known !== undefined) return known;
  return {
    toJson: (value) => bytesText(codec.encode(value), "hex"),
    fromJson: (json) => codec.decode(parseBytesText(textOf(json))),
    toText: (value) => bytesText(codec.encode(value), "hex"),
    isText: false,
  };
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const address: Form = { toJson: same, fromJson: textOf, toText: same, isText: true };

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["core::time::Duration", durationForm("secs", "nanos", parseDuration, (value) => value.toString())],
  ["std::time::SystemTime", durationForm("secs_since_epoch", "nanos_since_epoch", parseTime, timeText)],
  [
    "mosaik::primitives::id::Digest",
    { toJson: hexOf, fromJson: (json) => Digest.parse(textOf(json)), toText: hexOf, isText: true },
  ],
  [
    "iroh_base::key::PublicKey",
    { toJson: hexOf, fromJson: (json) => PeerId.from(textOf(json)), toText: hexOf, isText: true },
  ],
  ...["ip_addr::IpAddr", "ip_addr::Ipv4Addr", "ip_addr::Ipv6Addr"].map(
    (path) => [`core::net::${path}`, address] as const,
  ),
  ...["SocketAddr", "SocketAddrV4", "SocketAddrV6"].map(
    (name) => [`core::net::socket_addr::${name}`, address] as const,
  ),
]);

/** serde's two numbers; a person may write a text. */
function durationForm(
  seconds: string,
  nanos: string,
  parse: (text: string) => Duration,
  toText: (value: Duration) => string,
): Form {
  return {
    toJson: (value: Duration) => ({ [seconds]: value.seconds, [nanos]: value.nanos }),
    fromJson: (json) => {
      if (typeof json === "string") return parse(json);
      if (!(json instanceof JsonObject)) throw new TypeError(`expected { ${seconds}, ${nanos} } or a text`);
      const members = new Map(json.members);
      const [whole, rest] = [members.get(seconds), members.get(nanos)];
      if (!(whole instanceof JsonNumber && rest instanceof JsonNumber && whole.isInteger && rest.isInteger)) {
        throw new TypeError(`expected the integers ${seconds} and ${nanos}`);
      }
      return new Duration(BigInt(whole.text), Number(rest.text));
    },
    toText,
    isText: false,
  };
}

function parseDuration(text: string): Duration {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (digits === undefined) throw new RangeError("a duration is written 1.5s, 500ms, 10m, 2h or 7d");
  const [whole, fraction = ""] = digits.split(".") as [string, string?];
  const nanosPerUnit = BigInt(UNITS_MS[unit!]!) * 1_000_000n;
  const scale = 10n ** BigInt(fraction.length);
  const nanos = (BigInt(whole + fraction) * nanosPerUnit) / scale;
  return new Duration(nanos / 1_000_000_000n, Number(nanos % 1_000_000_000n));
}

function parseTime(text: string): Duration {
  const { seconds, nanos } = DateTime.parse(text);
  // A leap second counts as the one after it.
  return new Duration(BigInt(seconds) + BigInt(Math.floor(nanos / 1e9)), nanos % 1e9);
}

function timeText(value: Duration): string {
  const seconds = Number(value.seconds);
  try {
    return new DateTime(seconds, value.nanos).toString();
  } catch {
    return `${value.toString()} after 1970`;
  }
}

function textOf(json: Json): string {
  if (typeof json !== "string") throw new TypeError("expected a text");
  return json;
}

function hexOf(value: { readonly hex: string }): string {
  return value.hex;
}

function same(value: string): string {
  return value;
}
