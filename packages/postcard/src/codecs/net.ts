import { Codec } from "../codec.js";
import { EncodeError, wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { compareBytes } from "../order.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import { formatIp, parseIp, parseIpv4, parseIpv6 } from "../values/ip.js";
import type { Writer } from "../writer.js";

/** An address in parts: 4 or 16 octets, and the port if it is a socket address. */
interface Address {
  readonly octets: Uint8Array;
  readonly port: number;
}

/** Which addresses a codec takes: of one family, or of both with a variant index in front. */
type Family = "v4" | "v6" | "any";

/** IP addresses and socket addresses in their text form. */
class AddressCodec extends Codec<string> {
  readonly shape: Shape = { kind: "opaque" };

  constructor(
    readonly rustName: string,
    private readonly family: Family,
    private readonly hasPort: boolean,
  ) {
    super();
  }

  override get minSize(): number {
    const octets = this.family === "v4" ? 4 : this.family === "v6" ? 16 : 5;
    return octets + (this.hasPort ? 1 : 0);
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: string, b: string): number {
    const x = this.parse(a);
    const y = this.parse(b);
    return x.octets.length - y.octets.length || compareBytes(x.octets, y.octets) || x.port - y.port;
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(stream: HashStream, value: string): void {
    const { octets, port } = this.parse(value);
    if (this.family === "any") stream.count(octets.length === 4 ? 0 : 1);
    stream.raw(octets);
    if (!this.hasPort) return;
    stream.integer(port, 2);
    // The flow information and the scope, which are not on the wire.
    if (octets.length === 16) stream.integer(0, 8);
  }

  override write(writer: Writer, value: string): void {
    const { octets, port } = this.parse(value);
    if (this.family === "any") writer.u8(octets.length === 4 ? 0 : 1);
    writer.raw(octets);
    if (this.hasPort) writer.varint(port);
  }

  override read(reader: Reader): string {
    const isV4 = this.family === "any" ? this.readIsV4(reader) : this.family === "v4";
    const ip = formatIp(reader.raw(isV4 ? 4 : 16));
    if (!this.hasPort) return ip;
    return `${isV4 ? ip : `[${ip}]`}:${reader.u16()}`;
  }

  private readIsV4(reader: Reader): boolean {
    const start = reader.offset;
    const index = reader.u32();
    if (index > 1) throw reader.error("invalidVariant", `there is no IP version of index ${index}`, start);
    return index === 0;
  }

  private parse(value: string): Address {
    if (typeof value !== "string") throw wrongType("an address in text form", value);
    try {
      if (!this.hasPort) return { octets: this.parseIp(value), port: 0 };
      // A scope such as %3 is accepted and, as in Rust, not sent.
      const match = /^(?:\[([^\]%]*)(?:%\d+)?\]|([^:[\]]*)):(\d{1,5})$/.exec(value);
      const port = Number(match?.[3]);
      if (match === null || port > 0xffff) throw new RangeError("not a socket address");
      const octets = match[1] === undefined ? parseIpv4(match[2]!) : parseIpv6(match[1]);
      if ((this.family === "v4" && octets.length !== 4) || (this.family === "v6" && octets.length !== 16)) {
        throw new RangeError(`not an IP${this.family} socket address`);
      }
      return { octets, port };
    } catch (error) {
      const text = value.length <= 60 ? value : `${value.slice(0, 60)}…`;
      throw new EncodeError("invalidValue", `${text} is ${(error as Error).message}`);
    }
  }

  private parseIp(value: string): Uint8Array {
    if (this.family === "any") return parseIp(value);
    return this.family === "v4" ? parseIpv4(value) : parseIpv6(value);
  }
}

/** Rust's `IpAddr`, in text: `192.0.2.7`, `2001:db8::1`. Decoded text is in the form that Rust prints. */
export const ipAddr: Codec<string> = new AddressCodec("core::net::ip_addr::IpAddr", "any", false);
/** Rust's `Ipv4Addr`, in text. */
export const ipv4Addr: Codec<string> = new AddressCodec("core::net::ip_addr::Ipv4Addr", "v4", false);
/** Rust's `Ipv6Addr`, in text. */
export const ipv6Addr: Codec<string> = new AddressCodec("core::net::ip_addr::Ipv6Addr", "v6", false);
/** Rust's `SocketAddr`, in text: `192.0.2.7:4433`, `[2001:db8::1]:4433`. A scope id is accepted and not sent. */
export const socketAddr: Codec<string> = new AddressCodec("core::net::socket_addr::SocketAddr", "any", true);
/** Rust's `SocketAddrV4`, in text. */
export const socketAddrV4: Codec<string> = new AddressCodec("core::net::socket_addr::SocketAddrV4", "v4", true);
/** Rust's `SocketAddrV6`, in text. */
export const socketAddrV6: Codec<string> = new AddressCodec("core::net::socket_addr::SocketAddrV6", "v6", true);
