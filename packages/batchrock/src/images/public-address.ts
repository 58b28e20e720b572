import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** What is not the public Internet (IANA IPv4 Special-Purpose Address Registry, 2026-11): this machine, its networks, documentation. */
const NOT_PUBLIC_4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/**
 * Of what is public at all (2000::/3): what stands for an IPv4 address in a tunnel, whose address may be any, and what is no host
 * (IANA IPv6 Special-Purpose Address Registry, 2026-11).
 */
const NOT_PUBLIC_6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const notPublic4 = listOf('ipv4', NOT_PUBLIC_4);
const notPublic6 = listOf('ipv6', NOT_PUBLIC_6);
const global6 = listOf('ipv6', [['2000::', 3]]);

function listOf(family: 'ipv4' | 'ipv6', networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
}

/**
 * True for an address of the public Internet: nothing else is fetched from, since who writes the URLs of a file may not be who runs
 * it. An IPv4 address in the clothes of IPv6 (`::ffff:127.0.0.1`) is not: no resolver gives one, so nobody needs it.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !notPublic4.check(address, 'ipv4');
  return isIPv6(address) && global6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6');
}
