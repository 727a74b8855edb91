/**
 * The network address of a visitor as it is compared: IPv4 whole, of IPv6 the /64 that a household or a device has, as
 * the rest changes by the day. Null for what names no visitor on the internet (loopback, private networks, carrier
 * NAT): behind a proxy that is not among TRUSTED_PROXIES everybody would look alike.
 */
export function visitorAddress(text: string): string | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text.trim());
  const address = mapped?.[1] ?? text.trim();
  return address.includes(':') ? prefixOf(address) : ofFour(address);
}

function ofFour(address: string): string | null {
  const parts = address.split('.').map(Number);
  const [a = 0, b = 0] = parts;
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return null;
  const own =
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168);
  return own ? null : parts.join('.');
}

function prefixOf(address: string): string | null {
  const groups = expanded(address.split('%')[0] ?? '');
  if (groups === null) return null;
  const [first = 0] = groups;
  // Global unicast is 2000::/3; unique local, link local, multicast and loopback are not in it.
  if (first < 0x2000 || first > 0x3fff) return null;
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an address; null for text that is none. */
function expanded(address: string): readonly number[] | null {
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return null;
  const groupsOf = (text: string) => (text === '' ? [] : text.split(':'));
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')];
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...right];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null;
}
