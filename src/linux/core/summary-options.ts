/** Options of an IPv4 header as -v tells them. @see RFC 791 §3.1, tcpdump print-ip.c */
import { formatIp4 } from '../../base/ip.ts';
import { u32 } from './dissect.ts';

const OPTIONS: Readonly<Record<number, string>> = {
  0: 'EOL',
  1: 'NOP',
  7: 'RR',
  68: 'timestamp',
  131: 'LSRR',
  137: 'SSRR',
  148: 'RA',
};

/** What follows the first twenty bytes. */
export function optionsText(header: Uint8Array): string {
  const out: string[] = [];
  for (let at = 20; at < header.length; ) {
    const type = header[at] as number;
    const n = type < 2 ? 1 : Math.max(2, header[at + 1] ?? 2);
    let text = OPTIONS[type] ?? `unknown ${type}`;
    if (type === 7 || type === 131 || type === 137)
      for (let k = at + 3; k + 4 <= at + n; k += 4) text += ` ${formatIp4(u32(header, k))}`;
    out.push(text);
    if (type === 0) break;
    at += n;
  }
  return out.length === 0 ? '' : `, options (${out.join(',')})`;
}
