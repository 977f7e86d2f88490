// Where webhooks may go: to public addresses by https, and to private receivers that whoever runs the server has allowed by name.
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { refusal, type Refusal } from '../../core/refusal';

/** What the operator allows beyond the public internet, and which ports public receivers may have. */
export interface AddressSettings {
  /** `host`, `host:port` or `address/bits`. */
  readonly allow: readonly string[];
  /** Null: any. */
  readonly ports: readonly number[] | null;
}

/** All addresses of a name, as the resolver says. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Where one attempt goes: what is checked again for the address it really connects to. */
export interface Target {
  readonly url: URL;
  readonly allowPrivate: boolean;
}

type Range = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** Not the public internet, by the registries of special-purpose addresses (RFC 6890 and its successors). */
const SPECIAL_V4 = rangesOf(
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
);
/** Everything that is routed; mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96), local and multicast addresses all lie outside. */
const GLOBAL_V6 = rangesOf('2000::/3');
/** Within it: Teredo, benchmarks and ORCHIDs (2001::/23), documentation, and 6to4, which leads to any IPv4 address. */
const SPECIAL_V6 = rangesOf('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20');

const PRIVATE_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|home\.arpa)$/;
const LONGEST_URL = 2_048;

/** Decides where webhooks may go: when an endpoint is registered, and again for the very address each attempt connects to. */
export class AddressPolicy {
  constructor(
    private readonly settings: AddressSettings,
    private readonly resolve: Resolve,
  ) {}

  /** Why an endpoint cannot have this URL; null when it can. A name that does not resolve yet is taken: every attempt asks again. */
  async refuse(text: string, allowPrivate: boolean): Promise<Refusal | null> {
    if (text.length > LONGEST_URL || !URL.canParse(text))
      return refusal('WEBHOOK_URL_INVALID', `url is not an address of at most ${LONGEST_URL} characters.`, ['url']);
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      return refusal('WEBHOOK_URL_INVALID', 'url begins with https://.', ['url']);
    if (url.username !== '' || url.password !== '')
      return refusal('WEBHOOK_URL_INVALID', 'url holds a user name or password: receivers check the signature instead.', ['url']);
    const target = { url, allowPrivate };
    const host = hostOf(url);
    const addresses = isIP(host) ? [host] : await this.addressesOf(host);
    const isPermitted =
      addresses.length === 0 ? this.permitsName(target) : addresses.every((address) => this.permits(target, address));
    if (isPermitted) return null;
    const message =
      url.protocol === 'http:' && addresses.every(isPublic)
        ? 'url begins with http://: send to a public address by https://.'
        : 'url does not lead to a public address, or to a port that is not open to webhooks: use another, or have it allowed by WEBHOOK_ALLOW and set allowPrivate.';
    return refusal('WEBHOOK_ADDRESS_REFUSED', message, ['url']);
  }

  /** Whether an attempt may connect to this address. */
  permits(target: Target, address: string): boolean {
    if (isPublic(address)) return target.url.protocol === 'https:' && this.permitsName(target);
    return target.allowPrivate && this.isAllowed(target.url, address);
  }

  /**
   * The addresses of a target's host, all of which may be connected to; one that may not spoils them all.
   * @throws AddressRefused, or what the resolver throws.
   */
  async permitted(target: Target): Promise<readonly LookupAddress[]> {
    const host = hostOf(target.url);
    const family = isIP(host);
    const addresses = family === 0 ? await this.resolve(host) : [{ address: host, family }];
    if (addresses.length === 0 || !addresses.every(({ address }) => this.permits(target, address))) throw new AddressRefused();
    return addresses;
  }

  private permitsName({ url, allowPrivate }: Target): boolean {
    const host = hostOf(url);
    if (isIP(host) === 0 && (!host.includes('.') || PRIVATE_NAME.test(host))) return allowPrivate && this.isAllowed(url, null);
    return url.protocol === 'https:' && (this.settings.ports?.includes(portOf(url)) ?? true);
  }

  private isAllowed(url: URL, address: string | null): boolean {
    return this.settings.allow.some((entry) => {
      if (entry.includes('/')) return address !== null && isWithin(parse(address), rangesOf(entry));
      const [, host, port] = ENTRY.exec(entry)!;
      const name = host!.replace(/^\[(.*)\]$/, '$1').toLowerCase();
      return (port === undefined || Number(port) === portOf(url)) && (name === hostOf(url) || name === address);
    });
  }

  private async addressesOf(host: string): Promise<string[]> {
    try {
      return (await this.resolve(host)).map(({ address }) => address);
    } catch {
      return [];
    }
  }
}

/** An attempt was about to connect to an address that is not allowed. */
export class AddressRefused extends Error {
  constructor() {
    super('the receiver has an address that is not allowed');
  }
}

/** Whether an address is one of the public internet. */
export function isPublic(address: string): boolean {
  const parsed = parse(address);
  if (parsed === null) return false;
  if (parsed.kind() === 'ipv4') return !isWithin(parsed, SPECIAL_V4);
  return isWithin(parsed, GLOBAL_V6) && !isWithin(parsed, SPECIAL_V6);
}

/** The host of a URL: names without a final dot, IPv6 without brackets. `URL` has made every spelling of an IPv4 address the usual one. */
export function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

const ENTRY = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;

function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

// the parser also reads octal and short forms, which nobody here has checked: only what node takes for an address is one
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return isIP(address) === 0 ? null : ipaddr.parse(address);
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6 | null, ranges: readonly Range[]): boolean {
  return (
    address !== null && ranges.some(([base, bits]) => base.kind() === address.kind() && address.match([base, bits] as never))
  );
}

function rangesOf(...texts: readonly string[]): Range[] {
  return texts.map((text) => ipaddr.parseCIDR(text));
}
