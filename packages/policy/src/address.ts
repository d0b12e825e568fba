// IP addresses and CIDR ranges of both families. An IPv4 address mapped into IPv6 is that IPv4 address, so that a
// dual-stack socket does not slip past a range.

/** An IPv4 address as one number, an IPv6 address as eight. */
type Address = number | readonly number[];

export interface AddressRange {
  readonly address: Address;
  /** Bits that must agree, from the left. */
  readonly prefixLength: number;
}

const octet = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const dotted = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`);

export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): number | undefined {
  const found = dotted.exec(text);
  return found ? found.slice(1).reduce((sum, part) => sum * 256 + Number(part), 0) : undefined;
}

function parseIpv6(text: string): Address | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (!left || (halves.length === 2 && !right)) return undefined;
  const written = left.length + (right?.length ?? 0);
  if (halves.length === 2 ? written > 7 : written !== 8) return undefined;
  const groups = [...left, ...Array<number>(8 - written).fill(0), ...(right ?? [])];
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? groups[6]! * 65_536 + groups[7]! : groups;
}

/** The 16-bit groups of one side of `::`; the last two of the address may be written as an IPv4 address. */
function groupsOf(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const tail = isLast && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (tail !== undefined) groups.push(Math.floor(tail / 65_536), tail % 65_536);
    else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** `203.0.113.0/24`, or a single address. */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.indexOf("/");
  const written = slash < 0 ? text : text.slice(0, slash);
  const address = parseAddress(written);
  if (address === undefined) return undefined;
  const longest = typeof address === "number" ? 32 : 128;
  if (slash < 0) return { address, prefixLength: longest };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length)) return undefined;
  // The length of a mapped range counts from the IPv6 side.
  const prefixLength = Number(length) - (longest === 32 && written.includes(":") ? 96 : 0);
  return prefixLength >= 0 && prefixLength <= longest ? { address, prefixLength } : undefined;
}

export function isWithin(address: Address, range: AddressRange): boolean {
  if (typeof address === "number") {
    return typeof range.address === "number" && agree(address, range.address, 32, range.prefixLength);
  }
  const base = range.address;
  if (typeof base === "number") return false;
  return address.every((group, index) => {
    const bits = Math.min(16, Math.max(0, range.prefixLength - index * 16));
    return agree(group, base[index]!, 16, bits);
  });
}

/** Whether the first `bits` of two numbers of `width` bits are the same. */
function agree(one: number, other: number, width: number, bits: number): boolean {
  const unit = 2 ** (width - bits);
  return Math.floor(one / unit) === Math.floor(other / unit);
}
