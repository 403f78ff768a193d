/**
 * The octets of an IP address in text form: 4 or 16 of them.
 *
 * @throws RangeError for text that Rust's `IpAddr` refuses as well
 */
export function parseIp(text: string): Uint8Array {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Four octets of text such as `192.0.2.7`. */
export function parseIpv4(text: string): Uint8Array {
  const parts = text.split(".");
  const octets = parts.map((part) => (/^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || octets.some((octet) => octet > 255)) throw new RangeError("not an IPv4 address");
  return Uint8Array.from(octets);
}

/** Sixteen octets of text such as `2001:db8::1` or `::ffff:192.0.2.7`. */
export function parseIpv6(text: string): Uint8Array {
  const halves = text.split("::");
  if (halves.length > 2) throw notIpv6();
  const head = parseGroups(halves[0]!, halves.length === 1);
  if (halves.length === 1) {
    if (head.length !== 16) throw notIpv6();
    return Uint8Array.from(head);
  }
  const tail = parseGroups(halves[1]!, true);
  // "::" stands for one group at least.
  if (head.length + tail.length > 14) throw notIpv6();
  const octets = new Uint8Array(16);
  octets.set(head);
  octets.set(tail, 16 - tail.length);
  return octets;
}

/** The text of 4 or 16 octets, as Rust prints it. */
export function formatIp(octets: Uint8Array): string {
  return octets.length === 4 ? octets.join(".") : formatIpv6(octets);
}

function formatIpv6(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (octets[2 * i]! << 8) | octets[2 * i + 1]!);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${octets.subarray(12).join(".")}`;
  }
  const gap = longestZeros(groups);
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(":");
  if (gap.length < 2) return text(groups);
  return `${text(groups.slice(0, gap.start))}::${text(groups.slice(gap.start + gap.length))}`;
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (const [i, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: i + 1 - length, length };
  }
  return longest;
}

/** The octets of colon-separated groups; the last may be an IPv4 address if they end the address. */
function parseGroups(text: string, isEnd: boolean): number[] {
  if (text === "") return [];
  const parts = text.split(":");
  return parts.flatMap((part, i) => {
    if (isEnd && i === parts.length - 1 && part.includes(".")) return [...parseIpv4(part)];
    if (!/^[0-9A-Fa-f]{1,4}$/.test(part)) throw notIpv6();
    const group = parseInt(part, 16);
    return [group >> 8, group & 0xff];
  });
}

function notIpv6(): RangeError {
  return new RangeError("not an IPv6 address");
}
