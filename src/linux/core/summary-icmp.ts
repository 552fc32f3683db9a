/** ICMP as tcpdump prints it. @see tcpdump 4.99 print-icmp.c */
import { formatIp4 } from '../../base/ip.ts';
import { dissectTransport, type Icmp, type Ip, Proto, u16, u32 } from './dissect.ts';
import { hostText, ip4Text, portText, type SummaryOptions, sum16 } from './summary.ts';

/** Whom a code is about, and why; those with words of their own are not here. */
const UNREACHABLE: Readonly<Record<number, readonly [string, string]>> = {
  5: ['', 'source route failed'],
  6: ['net ', 'unknown'],
  7: ['host ', 'unknown'],
  8: ['', 'source host isolated'],
  9: ['net ', 'admin prohibited'],
  10: ['host ', 'admin prohibited'],
  11: ['net ', 'tos prohibited'],
  12: ['host ', 'tos prohibited'],
  13: ['host ', 'admin prohibited filter'],
  14: ['host ', 'host precedence violation'],
  15: ['host ', 'precedence cutoff'],
};

/** Milliseconds since midnight. */
function clockText(ms: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const s = Math.floor(ms / 1000);
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}

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
    default: {
      const [what, why] = UNREACHABLE[i.code] ?? ['', `#${i.code}`];
      return `${what}${dst} unreachable - ${why}`;
    }
  }
}

/** @see RFC 1256 */
function advertisement(i: Icmp): string {
  const lifetime = i.seq;
  const unit = (n: number, per: number): string => {
    const rest = n % per;
    return `${Math.floor(n / per)}:${String(rest).padStart(2, '0')}`;
  };
  const time =
    lifetime < 60
      ? String(lifetime)
      : lifetime < 3600
        ? unit(lifetime, 60)
        : `${Math.floor(lifetime / 3600)}:${unit(lifetime % 3600, 60).padStart(5, '0')}`;
  const count = i.rest >>> 24;
  let text = `router advertisement lifetime ${time} ${count}:`;
  const size = (i.rest >>> 16) & 255;
  if (size !== 2) return `${text} [size ${size}]`;
  for (let k = 0; k < count; k++) text += ` {${formatIp4(u32(i.body, 8 * k))} ${u32(i.body, 8 * k + 4)}}`;
  return text;
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
      const dst = i.quoted ? hostText(i.quoted.dst, o) : '';
      const to = `${dst} to ${i.code % 2 === 0 ? 'net' : 'host'} ${formatIp4(i.rest)}`;
      return `redirect${i.code > 1 ? '-tos' : ''} ${to}`;
    }
    case 4:
      return 'source quench';
    case 9:
      return advertisement(i);
    case 10:
      return 'router solicitation';
    case 11:
      return i.code === 0 ? 'time exceeded in-transit' : 'ip reassembly time exceeded';
    case 12:
      return `parameter problem - ${i.code === 0 ? `octet ${i.rest >>> 24}` : `code ${i.code}`}`;
    case 13:
      return `time stamp query id ${i.id} seq ${i.seq}`;
    case 14:
      return `time stamp reply id ${i.id} seq ${i.seq}: org ${clockText(u32(i.body, 0))}, recv ${clockText(u32(i.body, 4))}, xmit ${clockText(u32(i.body, 8))}`;
    case 15:
      return 'information request';
    case 16:
      return 'information reply';
    case 17:
      return 'address mask request';
    case 18:
      return `address mask is 0x${u32(i.body, 0).toString(16).padStart(8, '0')}`;
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
