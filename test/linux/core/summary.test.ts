/** Dissection and one-line texts against what tcpdump printed of the same captures on a real machine. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hexAndText } from '../../../src/linux/core/hex-dump.ts';
import { LinkType, readPcap } from '../../../src/linux/core/pcap.ts';
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

describe('tcpdump of VLAN tags', () => {
  const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
  const ip = '4500001c0000400040010000 0a0a0001 0a0a0002 0800f7ff00000000';
  const arp = '0001080006040001 020000000001 0a0a0001 000000000000 0a0a0002';
  const one = hex(`020000000002 020000000001 8100 000a 0800 ${ip}`);
  const two = hex(`020000000002 020000000001 8100 000a 8100 0007 0800 ${ip}`);
  const who = hex(`ffffffffffff 020000000001 8100 600a 0806 ${arp}`);
  const line = (b: Uint8Array, link: boolean): string =>
    summary(LinkType.EN10MB, b, b.length, { link, seen: new Conversations() });

  it('-e shows them, one after the other', () => {
    expect([one, who, two].map((b) => line(b, true))).toEqual([
      '02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 802.1Q (0x8100), length 46: vlan 10, p 0, ethertype IPv4 (0x0800), 10.10.0.1 > 10.10.0.2: ICMP echo request, id 0, seq 0, length 8',
      '02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype 802.1Q (0x8100), length 46: vlan 10, p 3, ethertype ARP (0x0806), Request who-has 10.10.0.2 tell 10.10.0.1, length 28',
      '02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 802.1Q (0x8100), length 50: vlan 10, p 0, ethertype 802.1Q (0x8100), vlan 7, p 0, ethertype IPv4 (0x0800), 10.10.0.1 > 10.10.0.2: ICMP echo request, id 0, seq 0, length 8',
    ]);
  });

  it('without -e they are not seen', () => {
    expect(line(two, false)).toBe('IP 10.10.0.1 > 10.10.0.2: ICMP echo request, id 0, seq 0, length 8');
  });
});
