/** ICMP and ICMPv6 as tcpdump prints them. @see tcpdump 4.99 print-icmp.c, print-icmp6.c */
import { formatIp4, formatIp6, formatMac } from '../../base/ip.ts';
import { dissectTransport, type Icmp, type Ip, Proto, u16 } from './dissect.ts';
import { hexLines } from './hex-dump.ts';
import { hostText, ip4Text, portText, type SummaryOptions, sum16 } from './summary.ts';
import { rightChecksum } from './summary-tcp.ts';

function unreachable(i: Icmp, o: SummaryOptions): string {
  const q = i.quoted;
  if (!q) return `unreachable - code ${i.code}`;
  const dst = hostText(q.dst, o);
  switch (i.code) {
    case 0:
      return `net ${dst} unreachable`;
    case 1:
      return `host ${dst} unreachable`;
    case 2:
      return `${dst} protocol ${q.proto} unreachable`;
    case 3: {
      const port = u16(q.body, 2);
      if (q.proto === Proto.TCP) return `${dst} tcp port ${portText(port, 'tcp', o)} unreachable`;
      if (q.proto === Proto.UDP) return `${dst} udp port ${portText(port, 'udp', o)} unreachable`;
      return `${dst} protocol ${q.proto} port ${port} unreachable`;
    }
    case 4: {
      const mtu = i.seq;
      return `${dst} unreachable - need to frag${mtu === 0 ? '' : ` (mtu ${mtu})`}`;
    }
    case 9:
      return `net ${dst} unreachable - admin prohibited`;
    case 10:
      return `host ${dst} unreachable - admin prohibited`;
    case 13:
      return `${dst} unreachable - admin prohibited filter`;
    default:
      return `${dst} unreachable - #${i.code}`;
  }
}

function messageText(i: Icmp, o: SummaryOptions): string {
  switch (i.type) {
    case 0:
      return `echo reply, id ${i.id}, seq ${i.seq}`;
    case 8:
      return `echo request, id ${i.id}, seq ${i.seq}`;
    case 3:
      return unreachable(i, o);
    case 5: {
      const what = ['net', 'host', 'redirect-tos', 'redirect-net-tos'][i.code] ?? '';
      const dst = i.quoted ? hostText(i.quoted.dst, o) : '';
      return `redirect ${dst} to ${what} ${formatIp4(i.rest)}`;
    }
    case 10:
      return 'router solicitation';
    case 11:
      return i.code === 0 ? 'time exceeded in-transit' : 'ip reassembly time exceeded';
    case 12:
      return 'parameter problem';
    case 13:
      return `time stamp query id ${i.id} seq ${i.seq}`;
    case 14:
      return `time stamp reply id ${i.id} seq ${i.seq}`;
    default:
      return `type-#${i.type}`;
  }
}

const hex4 = (n: number): string => n.toString(16).padStart(4, '0');

/** An ICMP message from its name on. */
export function icmpText(i: Icmp, ip: Ip, o: SummaryOptions): string {
  let text = `ICMP ${messageText(i, o)}, length ${ip.bodyLength}`;
  if (!o.verbose) return text;
  if (ip.body.length === ip.bodyLength && sum16(ip.body) !== 0xffff) {
    const right = ~sum16(ip.body, 0xffff - i.checksum) & 0xffff;
    text += ` (wrong icmp cksum ${hex4(i.checksum)} (->${hex4(right)})!)`;
  }
  if (i.quoted) {
    const q = i.quoted;
    text += `\n\t${o.link ? '' : 'IP '}${ip4Text({ ethertype: 0x0800, ip: q, ...dissectTransport(q) }, q, q.header, o)}`;
  }
  return text;
}

const ND = {
  SOLICIT_ROUTER: 133,
  ADVERTISE_ROUTER: 134,
  SOLICIT: 135,
  ADVERTISE: 136,
  REPORT2: 143,
} as const;

function addressAt(b: Uint8Array, at: number): string {
  let v = 0n;
  for (let k = 0; k < 16; k++) v = (v << 8n) | BigInt(b[at + k] ?? 0);
  return formatIp6(v);
}

const target = (i: Icmp): string => addressAt(i.body, 0);

function unreachable6(i: Icmp, o: SummaryOptions): string {
  const q = i.quoted;
  const dst = q ? hostText(q.dst, o) : '';
  switch (i.code) {
    case 0:
      return `destination unreachable, unreachable route ${dst}`;
    case 1:
      return `destination unreachable, unreachable prohibited ${dst}`;
    case 3:
      return `destination unreachable, unreachable address ${dst}`;
    case 4: {
      const port = q ? u16(q.body, 2) : 0;
      const proto = q?.proto === Proto.TCP ? 'tcp' : 'udp';
      return `destination unreachable, unreachable port, ${dst} ${proto} port ${portText(port, proto, o)}`;
    }
    default:
      return `destination unreachable, unknown unreach code (${i.code})`;
  }
}

/** @param early the length, where it comes before the target */
function message6Text(i: Icmp, o: SummaryOptions, early = ''): string {
  switch (i.type) {
    case 1:
      return unreachable6(i, o);
    case 2:
      return `packet too big, mtu ${i.rest}`;
    case 3:
      return i.code === 0
        ? `time exceeded in-transit for ${i.quoted ? hostText(i.quoted.dst, o) : ''}`
        : 'time exceeded';
    case 128:
      return `echo request, id ${i.id}, seq ${i.seq}`;
    case 129:
      return `echo reply, id ${i.id}, seq ${i.seq}`;
    case ND.SOLICIT_ROUTER:
      return 'router solicitation';
    case ND.ADVERTISE_ROUTER:
      return 'router advertisement';
    case ND.SOLICIT:
      return `neighbor solicitation${early}, who has ${target(i)}`;
    case ND.ADVERTISE:
      return `neighbor advertisement${early}, tgt is ${target(i)}`;
    case ND.REPORT2:
      return `multicast listener report v2, ${i.seq} group record(s)`;
    default:
      return `type-#${i.type}`;
  }
}

/** The options after a neighbour message, one a line, as -v prints them. */
function ndOptions(i: Icmp, verbose: number): string {
  const skip = i.type === ND.SOLICIT_ROUTER ? 0 : 16;
  const names: Readonly<Record<number, string>> = {
    1: 'source link-address option',
    2: 'destination link-address option',
  };
  let text = '';
  for (let at = skip; at + 2 <= i.body.length; ) {
    const type = i.body[at] as number;
    const n = (i.body[at + 1] as number) * 8;
    if (n === 0) break;
    let mac = 0;
    for (let k = 2; k < 8; k++) mac = mac * 256 + (i.body[at + k] ?? 0);
    const name = names[type];
    text += `\n\t  ${name ?? 'unknown option'} (${type}), length ${n} (${n / 8}): ${name ? formatMac(mac) : ''}`;
    if (verbose > 1 || !name) text += hexLines(i.body.subarray(at + 2, at + n), verbose > 1 ? '\n\t    ' : '\n\t  ');
    at += n;
  }
  return text;
}

const RECORD_TYPES = ['', 'is_in', 'is_ex', 'to_in', 'to_ex', 'allow', 'block'];

/** The group records of a listener report. @see RFC 3810 §5.2 */
function groupRecords(i: Icmp, verbose: number): string {
  let text = '';
  let at = 0;
  for (let k = 0; k < i.seq && at + 20 <= i.body.length; k++) {
    const sources = u16(i.body, at + 2);
    const type = i.body[at] as number;
    text += ` [gaddr ${addressAt(i.body, at + 4)} ${RECORD_TYPES[type] ?? `#${type}`}`;
    if (verbose > 1) {
      text += ' {';
      for (let n = 0; n < sources; n++) text += ` ${addressAt(i.body, at + 20 + 16 * n)}`;
      text += ' }]';
    } else text += `, ${sources} source(s)]`;
    at += 20 + 16 * sources;
  }
  return text;
}

function advertisedFlags(i: Icmp): string {
  const bits = Math.floor(i.rest / 0x20000000);
  const words = [bits & 4 ? 'router' : '', bits & 2 ? 'solicited' : '', bits & 1 ? 'override' : ''].filter(
    (w) => w !== '',
  );
  return `, Flags [${words.length === 0 ? 'none' : words.join(', ')}]`;
}

/** An ICMPv6 message from its name on. */
export function icmp6Text(i: Icmp, ip: Ip, o: SummaryOptions): string {
  const check = !o.verbose || ip.body.length !== ip.bodyLength ? '' : checksumText(i, ip);
  const length = `, length ${ip.bodyLength}`;
  if (!o.verbose) return `ICMP6, ${message6Text(i, o)}${length}`;
  const neighbour = i.type === ND.SOLICIT || i.type === ND.ADVERTISE;
  let text = `${check}ICMP6, ${message6Text(i, o, neighbour ? length : '')}${neighbour ? '' : length}`;
  if (i.type === ND.REPORT2) return `${check}ICMP6, ${message6Text(i, o)}${groupRecords(i, o.verbose)}`;
  if (i.type === ND.ADVERTISE) text += advertisedFlags(i);
  if (i.type >= ND.SOLICIT_ROUTER && i.type <= ND.ADVERTISE) text += ndOptions(i, o.verbose);
  return text;
}

function checksumText(i: Icmp, ip: Ip): string {
  const right = rightChecksum(ip, i.checksum);
  return right === i.checksum ? '[icmp6 sum ok] ' : `[bad icmp6 cksum 0x${hex4(i.checksum)} -> 0x${hex4(right)}!] `;
}
