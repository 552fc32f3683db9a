/** Options of neighbour discovery, one a line, as -v prints them. @see RFC 4861 §4.6, RFC 8106, tcpdump print-icmp6.c */
import { formatIp6, formatMac } from '../../base/ip.ts';
import { u16, u32 } from './dissect.ts';
import { hexLines } from './hex-dump.ts';

/** An address in a message. */
export function addressAt(b: Uint8Array, at: number): string {
  let v = 0n;
  for (let k = 0; k < 16; k++) v = (v << 8n) | BigInt(b[at + k] ?? 0);
  return formatIp6(v);
}

const NAMES: Readonly<Record<number, string>> = {
  1: 'source link-address',
  2: 'destination link-address',
  3: 'prefix info',
  4: 'redirected header',
  5: 'mtu',
  25: 'rdnss',
  31: 'dnssl',
};

const seconds = (n: number): string => (n === 0xffffffff ? 'infinity' : `${n}s`);

/** @param o one option, from its type on */
function valueText(o: Uint8Array): string {
  switch (o[0]) {
    case 1:
    case 2:
      return formatMac(u32(o, 2) * 65536 + u16(o, 6));
    case 3: {
      const flags = [
        (o[3] ?? 0) & 0x80 ? 'onlink' : '',
        (o[3] ?? 0) & 0x40 ? 'auto' : '',
        (o[3] ?? 0) & 0x20 ? 'router' : '',
      ];
      const set = flags.filter((f) => f !== '').join(', ') || 'none';
      return `${addressAt(o, 16)}/${o[2]}, Flags [${set}], valid time ${seconds(u32(o, 4))}, pref. time ${seconds(u32(o, 8))}`;
    }
    case 5:
      return ` ${u32(o, 4)}`;
    case 25: {
      let text = ` lifetime ${u32(o, 4)}s,`;
      for (let at = 8; at + 16 <= o.length; at += 16) text += ` addr: ${addressAt(o, at)}`;
      return text;
    }
    default:
      return '';
  }
}

/** The options of a message. @param from where they begin in its body */
export function ndOptions(body: Uint8Array, from: number, verbose: number): string {
  let text = '';
  for (let at = from; at + 2 <= body.length; ) {
    const type = body[at] as number;
    const n = (body[at + 1] as number) * 8;
    if (n === 0) break;
    const name = NAMES[type];
    text += `\n\t  ${name ?? 'unknown'} option (${type}), length ${n} (${n / 8}): ${valueText(body.subarray(at, at + n))}`;
    if (verbose > 1 || !name) text += hexLines(body.subarray(at + 2, at + n), verbose > 1 ? '\n\t    ' : '\n\t  ');
    at += n;
  }
  return text;
}
