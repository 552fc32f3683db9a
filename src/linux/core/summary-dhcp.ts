/** DHCP and BOOTP as tcpdump prints them. @see RFC 2131 §2, RFC 2132; tcpdump 4.99 print-bootp.c */
import { formatIp4, formatMac } from '../../base/ip.ts';
import { u16, u32 } from './dissect.ts';
import type { SummaryOptions } from './summary.ts';

const hex = (n: number, width: number): string => `0x${n.toString(16).padStart(width, '0')}`;
const mac = (b: Uint8Array, at: number): string => formatMac(u32(b, at) * 65536 + u16(b, at + 4));

/** Names of options, and the shape of their value: a address, s text, l u32, w u16, b byte. */
const OPTIONS: Readonly<Record<number, readonly [string, string]>> = {
  1: ['Subnet-Mask', 'a'],
  2: ['Time-Zone', 'l'],
  3: ['Default-Gateway', 'a'],
  4: ['Time-Server', 'a'],
  6: ['Domain-Name-Server', 'a'],
  7: ['LOG', 'a'],
  12: ['Hostname', 's'],
  15: ['Domain-Name', 's'],
  17: ['RP', 's'],
  26: ['MTU', 'w'],
  28: ['BR', 'a'],
  33: ['Static-Route', 'a'],
  40: ['YD', 's'],
  42: ['NTP', 'a'],
  44: ['Netbios-Name-Server', 'a'],
  46: ['Netbios-Node', 'b'],
  47: ['Netbios-Scope', ''],
  50: ['Requested-IP', 'a'],
  51: ['Lease-Time', 'l'],
  52: ['OO', 'b'],
  53: ['DHCP-Message', 'm'],
  54: ['Server-ID', 'a'],
  55: ['Parameter-Request', 'p'],
  56: ['MSG', 's'],
  57: ['MSZ', 'w'],
  58: ['RN', 'l'],
  59: ['RB', 'l'],
  60: ['Vendor-Class', 's'],
  61: ['Client-ID', 'c'],
  66: ['TFTP', 's'],
  67: ['BF', 's'],
  119: ['Domain-Search', ''],
  121: ['Classless-Static-Route', ''],
  252: ['Unknown', ''],
};

const MESSAGES = ['', 'Discover', 'Offer', 'Request', 'Decline', 'ACK', 'NACK', 'Release', 'Inform'];

const optionName = (code: number): string => `${OPTIONS[code]?.[0] ?? 'Unknown'} (${code})`;

/** Requested options, four a line. */
function requestedText(v: Uint8Array): string {
  let text = '';
  v.forEach((code, i) => {
    text += `${i % 4 === 0 ? '\n\t      ' : ', '}${optionName(code)}`;
  });
  return text;
}

function valueText(code: number, v: Uint8Array): string {
  switch (OPTIONS[code]?.[1]) {
    case 'a':
      return Array.from({ length: Math.floor(v.length / 4) }, (_, i) => formatIp4(u32(v, 4 * i))).join(',');
    case 's':
      return `"${String.fromCharCode(...v)}"`;
    case 'l':
      return String(u32(v, 0));
    case 'w':
      return String(u16(v, 0));
    case 'b':
      return String(v[0] ?? 0);
    case 'm':
      return MESSAGES[v[0] ?? 0] ?? `Unknown (${v[0]})`;
    case 'p':
      return requestedText(v);
    case 'c':
      return v[0] === 1 && v.length === 7 ? `ether ${mac(v, 1)}` : `hardware-type ${v[0]}, ${hexPairs(v.subarray(1))}`;
    default:
      return [...v].join('.');
  }
}

const hexPairs = (v: Uint8Array): string => [...v].map((x) => x.toString(16).padStart(2, '0')).join(':');

function optionsText(b: Uint8Array, verbose: number): string {
  let text = '\n\t  Vendor-rfc1048 Extensions\n\t    Magic Cookie 0x63825363';
  for (let at = 4; at < b.length; ) {
    const code = b[at] as number;
    if (code === 255) return verbose > 2 ? `${text}\n\t    END (255), length 0` : text;
    if (code === 0) {
      at++;
      continue;
    }
    const n = b[at + 1] ?? 0;
    text += `\n\t    ${optionName(code)}, length ${n}: ${valueText(code, b.subarray(at + 2, at + 2 + n))}`;
    at += 2 + n;
  }
  return text;
}

/** Text up to the first zero. */
function textAt(b: Uint8Array, at: number, n: number): string {
  const all = String.fromCharCode(...b.subarray(at, at + n));
  const end = all.indexOf('\0');
  return end < 0 ? all : all.slice(0, end);
}

/** A message from its name on. @param length by the datagram's header */
export function dhcpText(b: Uint8Array, length: number, o: SummaryOptions): string {
  const op = b[0];
  const from = op === 1 && b[1] === 1 && b[2] === 6 ? ` from ${mac(b, 28)}` : '';
  const kind = op === 1 ? `Request${from}` : op === 2 ? 'Reply' : `unknown (${hex(op ?? 0, 2)})`;
  let text = `BOOTP/DHCP, ${kind}, length ${length}`;
  if (!o.verbose || b.length < 236) return text;
  if (b[3]) text += `, hops ${b[3]}`;
  if (u32(b, 4)) text += `, xid ${hex(u32(b, 4), 1)}`;
  if (u16(b, 8)) text += `, secs ${u16(b, 8)}`;
  const flags = u16(b, 10);
  text += `, Flags [${flags & 0x8000 ? 'Broadcast' : 'none'}]`;
  if (o.verbose > 1) text += ` (${hex(flags, 4)})`;
  for (const [at, name] of [
    [12, 'Client-IP'],
    [16, 'Your-IP'],
    [20, 'Server-IP'],
    [24, 'Gateway-IP'],
  ] as const)
    if (u32(b, at)) text += `\n\t  ${name} ${formatIp4(u32(b, at))}`;
  if (b[1] === 1 && b[2] === 6) text += `\n\t  Client-Ethernet-Address ${mac(b, 28)}`;
  for (const [at, n, name] of [
    [44, 64, 'sname'],
    [108, 128, 'file'],
  ] as const)
    if (b[at]) text += `\n\t  ${name} "${textAt(b, at, n)}"`;
  if (b.length < 240) return `${text} [|bootp]`;
  return u32(b, 236) === 0x63825363 ? text + optionsText(b.subarray(236), o.verbose) : text;
}
