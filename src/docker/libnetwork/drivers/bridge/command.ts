/**
 * The iptables command that stands for a rule, as the engine's errors quote it, and what such an error says.
 * @see moby libnetwork/iptables/iptables.go: raw, RawCombinedOutput; drivers/bridge/internal/iptabler
 */
import { formatIp, formatPrefix, type Prefix } from '../../../../base/ip.ts';
import { Failure } from '../../../errdefs.ts';
import type { Placed } from './rules.ts';

/** Parts of a command, in the order in which most rules have them. */
const USUAL = ['srcType', 'in', 'out', 'proto', 'src', 'dst', 'dport', 'sport', 'ctstate', 'target'] as const;

export type Part = (typeof USUAL)[number];

/** What is told of a rule that cannot be put in. */
export interface Told {
  /** What was to be done: `Unable to enable NAT rule`. */
  readonly what: string;
  /** The order of the command's parts, when it is not the usual one. */
  readonly order?: readonly Part[];
}

const NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6', 132: 'sctp' };

/** `172.17.0.2`, or `172.17.0.0/16`. */
const plain = (p: Prefix): string => (p.bits === (p.addr.v === 4 ? 32 : 128) ? formatIp(p.addr) : formatPrefix(p));

function words({ rule: r }: Placed, part: Part): string {
  const option = (flag: string, match: { readonly not: boolean } | undefined, value: string): string =>
    match ? `${match.not ? '! ' : ''}${flag} ${value}` : '';
  switch (part) {
    case 'srcType':
      return option('-m addrtype --src-type', r.srcType, r.srcType?.value ?? '');
    case 'in':
      return option('-i', r.in, r.in?.value ?? '');
    case 'out':
      return option('-o', r.out, r.out?.value ?? '');
    case 'proto':
      return option('-p', r.proto, NAMES[r.proto?.value ?? 0] ?? '');
    case 'src':
      return option('-s', r.src, r.src ? plain(r.src.value) : '');
    case 'dst':
      return r.target?.kind === 'DNAT' && !r.dst ? '-d 0/0' : option('-d', r.dst, r.dst ? plain(r.dst.value) : '');
    case 'dport':
      return option('--dport', r.dport, String(r.dport?.value.from));
    case 'sport':
      return option('--sport', r.sport, String(r.sport?.value.from));
    case 'ctstate':
      return r.ctstate ? '-m conntrack --ctstate RELATED,ESTABLISHED' : '';
    case 'target':
      return target(r.target);
  }
}

function target(t: Placed['rule']['target']): string {
  if (!t) return '';
  if (t.kind === 'jump') return `-j ${t.chain}`;
  if (t.kind === 'SNAT' && t.ip) return `-j SNAT --to-source ${formatIp(t.ip)}`;
  if (t.kind !== 'DNAT' || !t.ip) return `-j ${t.kind}`;
  const ip = t.ip.v === 4 ? formatIp(t.ip) : `[${formatIp(t.ip)}]`;
  return `-j DNAT --to-destination ${ip}:${t.ports?.from ?? 0}`;
}

/** What the engine says of a rule whose chain is not there. */
export function refused(placed: Placed): Failure {
  const { family, table, chain, head, told } = placed;
  const program = family === 4 ? 'iptables' : 'ip6tables';
  const parts = (told?.order ?? USUAL).map((part) => words(placed, part)).filter((w) => w !== '');
  const command = `${program} --wait -t ${table} ${head ? '-I' : '-A'} ${chain} ${parts.join(' ')}`;
  const output = `${program}: No chain/target/match by that name.\n`;
  return new Failure('system', `${told?.what ?? ''}:  (iptables failed: ${command}: ${output} (exit status 1))`);
}
