// From where a request comes: the connection says it, and behind proxies of ours the last one of them that is none of ours.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Answers the network address of whoever sends a request; empty when the connection is gone. */
export type AddressOf = (request: IncomingMessage) => string;

/** @param trusted addresses and ranges (`address/bits`) of proxies whose X-Forwarded-For is believed */
export function addressesBehind(trusted: readonly string[]): AddressOf {
  const proxies = new BlockList();
  for (const entry of trusted) {
    const [address, bits] = entry.split('/');
    const family = isIP(address!) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) proxies.addAddress(address!, family);
    else proxies.addSubnet(address!, Number(bits), family);
  }
  const isProxy = (address: string): boolean =>
    isIP(address) > 0 && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (request) => {
    const chain = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((entry) => plain(entry.trim()));
    let address = plain(request.socket.remoteAddress ?? '');
    // each proxy has added whom it was asked by at the end
    while (isProxy(address) && isIP(chain.at(-1) ?? '') > 0) address = chain.pop()!;
    return address;
  };
}

/** The part of an address that one subscriber of a network has: an IPv4 address, or the first half of an IPv6 address. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const missing = 8 - groups(head).length - groups(tail ?? '').length;
  const all = tail === undefined ? groups(head) : [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
  return `${all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** An IPv4 address that came over IPv6 is an IPv4 address. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
