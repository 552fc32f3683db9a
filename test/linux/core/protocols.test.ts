/** Lines for protocols that the lab itself seldom sends, against what tcpdump 4.99.3 printed of the same packets. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPcap } from '../../../src/linux/core/pcap.ts';
import { type SummaryOptions, summary } from '../../../src/linux/core/summary.ts';
import { Conversations } from '../../../src/linux/core/summary-tcp.ts';

const dir = new URL('./recorded/made/', import.meta.url);
const names = readdirSync(dir)
  .filter((f) => f.endsWith('.v.txt'))
  .map((f) => f.replace('.v.txt', ''));

function printed(name: string, flags: Omit<SummaryOptions, 'seen'>): string {
  const file = readPcap(readFileSync(new URL(`${name}.pcap`, dir)));
  if (!file) throw new Error(`${name} is no capture`);
  const o = { ...flags, seen: new Conversations() };
  return file.packets.map((p) => `${summary(file.linkType, p.bytes, p.length, o)}\n`).join('');
}

describe('tcpdump of made packets', () => {
  it('finds the captures', () => expect(names).toEqual(['arp', 'dhcp', 'icmp', 'icmp6', 'lines', 'resp', 'tunnel']));
  for (const name of names) {
    const want = (ext: string): string => readFileSync(new URL(`${name}.${ext}`, dir), 'utf8');
    it(`${name} -nn`, () => expect(printed(name, {})).toBe(want('txt')));
    it(`${name} -nn -e -v`, () => expect(printed(name, { link: true, verbose: 1 })).toBe(want('v.txt')));
  }
});
