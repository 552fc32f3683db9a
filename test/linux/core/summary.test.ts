/** Dissection and one-line texts against what tcpdump printed of the same captures on a real machine. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hexAndText } from '../../../src/linux/core/hex-dump.ts';
import { readPcap } from '../../../src/linux/core/pcap.ts';
import { type SummaryOptions, summary } from '../../../src/linux/core/summary.ts';
import { Conversations } from '../../../src/linux/core/summary-tcp.ts';

const dir = new URL('./recorded/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, dir), 'utf8').trimEnd();

/** Interfaces of the recorded host by index; inside a container 2 is eth0 as well. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'lo',
  2: 'eth0',
  3: 'docker0',
  152: 'vethefbb553',
  153: 'vethb043c60',
  154: 'br-054049fc17fd',
  155: 'veth7c02317',
  156: 'vethc63fedb',
  157: 'veth7e80c26',
  158: 'vethae97758',
};

function printed(name: string, flags: Omit<SummaryOptions, 'seen'>, dump?: (bytes: Uint8Array) => string): string[] {
  const file = readPcap(readFileSync(new URL(name, dir)));
  if (!file) throw new Error(`${name} is no capture`);
  const o = { ...flags, seen: new Conversations(), ifname: (i: number) => NAMES[i] };
  return file.packets.map((p) => summary(file.linkType, p.bytes, p.length, o) + (dump ? dump(p.bytes) : ''));
}

describe('tcpdump -e -nn -i any', () => {
  const captures = readdirSync(dir).filter((f) => f.endsWith('.txt') && !f.includes('vxlan'));
  it('finds the recordings', () => expect(captures.length).toBe(12));
  for (const file of captures) {
    it(file.replace('.txt', ''), () => {
      const want = text(file)
        .split('\n')
        .map((line) => line.slice('22:46:18.321052 '.length));
      expect(want.length).toBeGreaterThan(0);
      expect(printed(file.replace('.txt', '.pcap'), { link: true })).toEqual(want);
    });
  }
});

describe('tcpdump of VXLAN', () => {
  const STAMP = /^\d\d:\d\d:\d\d\.\d{6} /gm;
  it('-vv -n', () => {
    expect(printed('06-vxlan.pcap', { verbose: 2 }).join('\n')).toBe(text('06-vxlan.vv.txt').replace(STAMP, ''));
  });
  it('-vv -n -e -XX', () => {
    const want = text('06-vxlan.vvXX.txt').replace(STAMP, '');
    expect(printed('06-vxlan.pcap', { verbose: 2, link: true }, hexAndText).join('\n')).toBe(want);
  });
});
