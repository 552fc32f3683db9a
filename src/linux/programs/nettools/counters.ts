/**
 * `netstat -s`: counters in words.
 * @see net-tools statistics.c: process_fd, print_table
 */
import type { Counters } from '../../core/snmp.ts';
import { WORDS } from './counterwords.ts';

/** Settings among the counters that are not told. */
const SILENT: readonly string[] = ['DefaultTTL'];
const HISTOGRAMS: Readonly<Record<string, string>> = { '<': 'input', '>': 'output' };

/** Which protocols are asked for; none: all. */
export interface Asked {
  readonly tcp: boolean;
  readonly udp: boolean;
  readonly raw: boolean;
}

/** Writes groups; what follows a histogram and has no words of its own stays under it. */
class Writer {
  out = '';
  #histogram = '';

  /** @param prefix what stands before names that have no words */
  group(group: keyof Counters, of: Readonly<Record<string, number>>, prefix = ''): void {
    this.out += `${group}:\n`;
    for (const [name, value] of Object.entries(of))
      if (!SILENT.includes(name)) this.#counter(WORDS[group]?.[name], `${prefix}${name}: %`, value);
  }

  #counter(words: string | undefined, otherwise: string, value: number): void {
    const sign = words?.[0] ?? '?';
    const title = HISTOGRAMS[sign];
    if (title !== undefined && this.#histogram !== title) {
      this.#line(`ICMP ${title} histogram:`);
      this.#histogram = title;
    }
    if (words !== undefined && title === undefined) this.#histogram = '';
    const signed = sign === '?' || title !== undefined;
    if (signed && value === 0) return;
    this.#line((words === undefined ? otherwise : signed ? words.slice(1) : words).replace('%', String(value)));
  }

  #line(text: string): void {
    this.out += `${this.#histogram === '' ? '    ' : '        '}${text}\n`;
  }
}

/** @param family of IPv6 alone, or all but that */
export function countersText(all: Counters, family: 4 | 6, asked: Asked): string {
  const any = !asked.tcp && !asked.udp && !asked.raw;
  const told: Readonly<Partial<Record<keyof Counters, boolean>>> =
    family === 6
      ? { Ip6: asked.raw, Icmp6: asked.raw, Udp6: asked.udp, UdpLite6: true, Tcp: asked.tcp }
      : {
          Ip: asked.raw,
          Icmp: asked.raw,
          // those that netstat does not know come whatever is asked for
          IcmpMsg: true,
          Tcp: asked.tcp,
          Udp: asked.udp,
          UdpLite: true,
          TcpExt: asked.tcp,
          IpExt: true,
        };
  const w = new Writer();
  for (const [name, wanted] of Object.entries(told)) {
    const group = name as keyof Counters;
    // a group of messages that never came has no lines in the kernel's file
    if ((wanted || any) && Object.keys(all[group]).length > 0)
      w.group(group, all[group], group.endsWith('6') ? group : '');
  }
  return w.out;
}
