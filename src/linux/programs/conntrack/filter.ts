/** Which connections a command means. @see conntrack-tools src/conntrack.c: do_parse, nfct_filter */
import { type IpAddr, parseIp, sameIp } from '../../../base/ip.ts';
import type { CtEntry } from '../../kernel/netadmin.ts';
import type { Options } from '../getopt.ts';
import { protocolNumber } from '../iptables/names.ts';

export type Test = (e: CtEntry) => boolean;

/** A command line that is wrong. */
export class BadCommand extends Error {
  constructor(
    message: string,
    /** Whether the line that points to --help follows. */
    readonly hint = true,
  ) {
    super(message);
  }
}

const TCP_STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'LISTEN',
];
const STATUS: Readonly<Record<string, Test>> = {
  ASSURED: (e) => e.assured,
  SEEN_REPLY: (e) => e.seenReply,
  UNSET: (e) => !e.seenReply,
  UNREPLIED: (e) => !e.seenReply,
  FIXED_TIMEOUT: () => false,
  EXPECTED: () => false,
  CONFIRMED: () => true,
  SRC_NAT: (e) => translated(e, 'src'),
  DST_NAT: (e) => translated(e, 'dst'),
  OFFLOAD: () => false,
};

function translated(e: CtEntry, side: 'src' | 'dst'): boolean {
  const [a, b] = side === 'src' ? [e.original.src, e.reply.dst] : [e.original.dst, e.reply.src];
  return !sameIp(a, b) || (side === 'src' ? e.original.sport !== e.reply.dport : e.original.dport !== e.reply.sport);
}

/** `VALUE[/MASK]` of -m. */
export function markOf(text: string): { value: number; mask: number } {
  const [v, m] = text.split('/') as [string, string?];
  const number = (s: string): number => (/^(0[xX][0-9a-fA-F]+|\d+)$/.test(s) ? Number(s) >>> 0 : Number.NaN);
  const value = number(v);
  const mask = m === undefined ? 0xffffffff : number(m);
  if (Number.isNaN(value) || Number.isNaN(mask))
    throw new BadCommand(`unexpected value '${text}' with -m option`, false);
  return { value, mask };
}

const ADDRESSES: readonly (readonly [string, (e: CtEntry) => IpAddr])[] = [
  ['orig-src', (e) => e.original.src],
  ['orig-dst', (e) => e.original.dst],
  ['reply-src', (e) => e.reply.src],
  ['reply-dst', (e) => e.reply.dst],
];
const PORTS: readonly (readonly [string, (e: CtEntry) => number])[] = [
  ['sport', (e) => e.original.sport],
  ['dport', (e) => e.original.dport],
  ['orig-port-src', (e) => e.original.sport],
  ['orig-port-dst', (e) => e.original.dport],
  ['reply-port-src', (e) => e.reply.sport],
  ['reply-port-dst', (e) => e.reply.dport],
];

const ZONES: readonly (readonly [string, (e: CtEntry) => readonly number[]])[] = [
  ['zone', (e) => [e.zone, e.replyZone]],
  ['orig-zone', (e) => [e.zone]],
  ['reply-zone', (e) => [e.replyZone]],
];

function address(text: string): { ip: IpAddr; bits: number } {
  const [host, bits] = text.split('/') as [string, string?];
  const ip = parseIp(host);
  if (!ip) throw new BadCommand(`Invalid IP address \`${text}'`);
  return { ip, bits: bits === undefined ? (ip.v === 4 ? 32 : 128) : Number(bits) };
}

const asBig = (ip: IpAddr): bigint => BigInt(ip.value);

function within(ip: IpAddr, net: { ip: IpAddr; bits: number }): boolean {
  if (ip.v !== net.ip.v) return false;
  const rest = BigInt((ip.v === 4 ? 32 : 128) - net.bits);
  return asBig(ip) >> rest === asBig(net.ip) >> rest;
}

/** @param changing the mark is what to set, not what to look for @throws BadCommand */
export function filterOf(o: Options, changing: boolean): Test {
  const tests: Test[] = [];
  const proto = o.value('proto');
  const number = proto === undefined ? undefined : protocolNumber(proto);
  if (proto !== undefined) {
    if (number === undefined) throw new BadCommand(`\`${proto}' unsupported protocol`);
    tests.push((e) => e.original.proto === number);
  }
  const family = o.value('family');
  if (family !== undefined && family !== 'ipv4' && family !== 'ipv6')
    throw new BadCommand(`\`${family}' unsupported protocol`);
  let v: 4 | 6 | undefined = family === undefined ? undefined : family === 'ipv6' ? 6 : 4;
  for (const [name, pick] of ADDRESSES) {
    const text = o.value(name);
    if (text === undefined) continue;
    const net = address(text);
    v ??= net.ip.v;
    tests.push((e) => within(pick(e), net));
  }
  const ported = number === 6 || number === 17 || number === 132 || number === 33;
  for (const [name, pick] of PORTS) {
    if (!o.has(name)) continue;
    if (!ported) throw new BadCommand(`unknown option \`--${name}'`);
    const port = Number.parseInt(o.value(name) ?? '', 10) || 0;
    tests.push((e) => pick(e) === port);
  }
  if (o.has('state')) {
    if (number !== 6) throw new BadCommand("unknown option `--state'");
    const state = o.value('state') ?? '';
    if (!TCP_STATES.includes(state)) throw new BadCommand(`unknown TCP state \`${state}'`);
    tests.push((e) => e.tcpState === state);
  }
  if (o.has('mark') && !changing) {
    const { value, mask } = markOf(o.value('mark') ?? '');
    tests.push((e) => (e.mark & mask) >>> 0 === value);
  }
  for (const [name, pick] of ZONES) {
    if (!o.has(name)) continue;
    const text = o.value(name) ?? '';
    if (!/^\d+$/.test(text) || Number(text) > 65535)
      throw new BadCommand(`unexpected value '${text}' with -w option`, false);
    tests.push((e) => pick(e).every((z) => z === Number(text)));
  }
  for (const name of (o.value('status') ?? '').toUpperCase().split(',')) {
    if (name === '') continue;
    const test = STATUS[name];
    if (!test) throw new BadCommand(`Bad parameter \`${name}'`);
    tests.push(test);
  }
  if (o.has('any-nat')) tests.push((e) => translated(e, 'src') || translated(e, 'dst'));
  if (o.has('src-nat')) tests.push((e) => translated(e, 'src'));
  if (o.has('dst-nat')) tests.push((e) => translated(e, 'dst'));
  if (v !== undefined) tests.push((e) => e.original.src.v === v);
  return (e) => tests.every((t) => t(e));
}
