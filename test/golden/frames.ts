/**
 * Recorded frames as lines that two runs can share: what no two runs have in common (times, ids, ephemeral ports, MAC
 * addresses, sequence numbers, interface numbers) is replaced, an address by who has it, an interface by its role.
 * Left are interface, direction, order, flags, relative numbers, lengths, TTLs, TCP options, windows, and what DNS says.
 * What an address of IPv6 is made of is its sender's MAC address: it is replaced where that is so, else it stays.
 */
import { readFileSync } from 'node:fs';
import { formatIp6, linkLocal, parseMac } from '../../src/base/ip.ts';
import { type PcapFile, readPcap, readSll2 } from '../../src/linux/core/pcap.ts';
import { summary } from '../../src/linux/core/summary.ts';
import { Conversations } from '../../src/linux/core/summary-tcp.ts';

const ETH_P_IP = 0x0800;
const ETH_P_ARP = 0x0806;
/** ff02::1:ff00:0, the groups of solicited nodes. */
const SOLICITED = 0xff0200000000000000000001ff000000n;

/** What stands for numbers and addresses of one side. */
export interface Names {
  readonly ifname: ReadonlyMap<number, string>;
  readonly mac: ReadonlyMap<string, string>;
}

/** A frame as two sides can share it. */
export interface Frame {
  /** Seconds since 1970. */
  readonly at: number;
  readonly ifname: string;
  readonly text: string;
}

/** Interfaces and MAC addresses of the machine where it was recorded. */
export const REAL: Names = {
  ifname: new Map([
    [1, 'lo'],
    [2, 'eth0'],
    [3, 'docker0'],
    [152, 'veth:web'],
    [153, 'veth:cli'],
    [154, 'appnet'],
    [155, 'veth:aa'],
    [156, 'veth:bb'],
    [157, 'veth:late'],
    [158, 'veth:late2'],
  ]),
  mac: new Map([
    ['9a:e3:d0:a7:04:64', 'web'],
    ['ea:8f:60:a7:bc:85', 'cli'],
    ['26:ba:36:26:55:92', 'aa'],
    ['16:bc:45:85:84:d1', 'bb'],
    ['22:a4:9f:7e:0a:1e', 'docker0'],
    ['56:1c:dc:41:85:14', 'appnet'],
    ['52:54:00:38:00:11', 'eth0'],
    ['52:54:00:38:00:13', 'node3'],
    ['22:fa:13:97:59:2f', 'router'],
    ['00:00:00:00:00:00', 'lo'],
  ]),
};

const time = (p: { seconds: number; nanos: number }): number => p.seconds + p.nanos / 1e9;

/** Seconds since 1970 of the first frame, and of the first that has IPv4 in it, or is an ARP that asks for its sender. */
export interface Moments {
  readonly first: number;
  readonly command: number;
}

/** @param files all captures of a scenario @returns undefined when they have no frames */
export function moments(files: readonly PcapFile[]): Moments | undefined {
  const all = files
    .flatMap((f) => f.packets.map((p) => ({ at: time(p), head: readSll2(p.bytes), bytes: p.bytes })))
    .sort((a, b) => a.at - b.at);
  const command = all.find((p) => p.head?.protocol === ETH_P_IP) ?? all.find((p) => announces(p.head, p.bytes));
  const [first] = all;
  return first && { first: first.at, command: (command ?? first).at };
}

/** ARP with the same address as sender and as target. @see RFC 5227 §3 */
function announces(head: { readonly protocol: number } | undefined, bytes: Uint8Array): boolean {
  const arp = bytes.subarray(20);
  return head?.protocol === ETH_P_ARP && arp.subarray(14, 18).join() === arp.subarray(24, 28).join();
}

/** The frames of a capture. */
export function frames(file: PcapFile, names: Names): Frame[] {
  const seen = new Conversations();
  const out: Frame[] = [];
  for (const p of file.packets) {
    const text = summary(file.linkType, p.bytes, p.length, {
      link: true,
      verbose: 1,
      seen,
      ifname: (i) => names.ifname.get(i) ?? '?',
    });
    const line = normalise(text, names);
    out.push({ at: time(p), ifname: line.split(' ')[0] as string, text: line });
  }
  return out;
}

/** Replaces what is made of the MAC address a frame names first: its link-local address, and the group of that. */
function ownAddresses(text: string): string {
  const mac = parseMac(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/.exec(text)?.[0] ?? '');
  if (mac === undefined) return text;
  const own = linkLocal(mac);
  return text
    .replaceAll(formatIp6(own), 'fe80::own')
    .replaceAll(formatIp6(SOLICITED | (own & 0xffffffn)), 'ff02::1:ffown');
}

function normalise(text: string, names: Names): string {
  return ownAddresses(text)
    .replace(/\n\s+/g, ' ')
    .replace(/ ifindex \d+/, '')
    .replace(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g, (m) => names.mac.get(m) ?? 'new')
    .replace(/, id \d+, seq/g, ', seq')
    .replace(/, id \d+, offset/g, ', offset')
    .replace(/cksum 0x[0-9a-f]{4} \([^)]*\)/g, '')
    .replace(/(Flags \[S\.?\],.* seq )\d+/g, '$1N')
    .replace(/(Flags \[S\.\],.* ack )\d+/g, '$1N')
    .replace(/(Flags \[R\.\],.* ack )\d{4,}/g, '$1N')
    .replace(/TS val \d+ ecr (\d+)/g, (_, ecr) => `TS ${ecr === '0' ? 'first' : ''}`)
    .replace(/\.(?:3[3-9]|4\d|5\d|6[0-5])\d{3}(?=[ :])/g, (m) => (/\.334\d\d/.test(m) ? m : '.P'))
    .replace(/(> [\d.]+\.53: |\.53 > [\d.]+\.P: )\d+/g, '$1N')
    .replace(/(\d\d:\d\d:\d\d GMT)/g, 'TIME')
    .replace(/ HTTP, length:.*$/, ' HTTP')
    .replace(/: HTTP.*$/, ': HTTP')
    .replace(/ +/g, ' ')
    .replace(/(unknown option \(14\), length 8 \(1\): 0x0000: )[0-9a-f ]{14}/, '$1nonce')
    .trim();
}

/** A recorded capture. */
export function recordedPcap(file: URL): PcapFile {
  return pcap(readFileSync(file));
}

/** @throws Error when the bytes are no capture */
export function pcap(bytes: unknown): PcapFile {
  const file = bytes instanceof Uint8Array ? readPcap(bytes) : undefined;
  if (!file) throw new Error('no capture');
  return file;
}
