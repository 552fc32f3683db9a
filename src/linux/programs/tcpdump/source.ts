/** Where packets come from: a capture on interfaces, or a file; both as records of one link type. */

import { dissectNetwork, type Packet, VLAN_LENGTH } from '../../core/dissect.ts';
import { LinkType, readPcap, readSll2, SLL2_LENGTH, toSll2 } from '../../core/pcap.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Capture, Sys } from '../../kernel/sys.ts';
import { readAll, STDIN } from '../stdio.ts';
import type { Subject } from './filter/match.ts';

/** One packet with its time. */
export interface Captured {
  /** ns since 1970. */
  readonly time: bigint;
  readonly bytes: Uint8Array;
  /** On the wire, in the link type's own count. */
  readonly length: number;
  readonly outgoing: boolean;
  /** It crossed the loopback, whose way out the kernel counts and tcpdump leaves away. */
  readonly twice?: boolean;
}

export interface Source {
  readonly linkType: number;
  readonly snaplen: number;
  /** undefined at the end; EINTR when a handler ran. */
  next(): Promise<Captured | undefined | Errno>;
  dropped(): number;
  close(): void;
}

const PKTTYPE = { In: 0, B: 1, M: 2, P: 3, Out: 4 } as const;

/** A live capture. `any` gives Linux cooked packets, everything else Ethernet. */
export function liveSource(sys: Sys, capture: Capture, cooked: boolean, snaplen: number): Source {
  // virtual time 0 in ns since 1970
  const epoch = sys.realtime() - BigInt(Math.floor(sys.now()));
  return {
    linkType: cooked ? LinkType.LINUX_SLL2 : LinkType.EN10MB,
    snaplen,
    async next() {
      const f = await capture.read();
      if (isErr(f)) return f;
      const time = epoch + BigInt(Math.floor(f.time));
      const outgoing = f.direction === 'Out';
      const twice = f.arphrd === 772;
      if (!cooked) return { time, bytes: f.bytes, length: f.length, outgoing, twice };
      const bytes = toSll2({ bytes: f.bytes, pkttype: PKTTYPE[f.direction] }, f.ifindex, twice);
      return { time, bytes, length: f.length + SLL2_LENGTH - 14, outgoing, twice };
    },
    dropped: () => capture.dropped(),
    close: () => capture.close(),
  };
}

/** A capture file; `-` is standard input. */
export async function fileSource(sys: Sys, path: string): Promise<Source | Errno | string> {
  const bytes = path === '-' ? await readAll(sys, STDIN) : sys.readFile(path);
  if (isErr(bytes)) return bytes;
  const file = readPcap(bytes);
  if (bytes.length < 24)
    return `truncated dump file; tried to read ${bytes.length < 4 ? 4 : 20} file header bytes, only got ${bytes.length < 4 ? bytes.length : bytes.length - 4}`;
  if (!file) return 'unknown file format';
  let at = 0;
  return {
    linkType: file.linkType,
    snaplen: file.snaplen,
    async next() {
      const p = file.packets[at++];
      if (!p) return undefined;
      const sll = file.linkType === LinkType.LINUX_SLL2 ? readSll2(p.bytes) : undefined;
      return {
        time: BigInt(p.seconds) * 1_000_000_000n + BigInt(p.nanos),
        bytes: p.bytes,
        length: p.length,
        outgoing: sll?.pkttype === 4,
      };
    },
    dropped: () => 0,
    close: () => {},
  };
}

/** Bytes of the VLAN tags of a packet: filters look behind them, as they do where the kernel has taken them off. */
const tags = (p: Packet): number => (p.vlans?.length ?? 0) * VLAN_LENGTH;

/** What a filter needs to know of a packet. */
export function subjectOf(linkType: number, c: Captured): Subject {
  if (linkType === LinkType.LINUX_SLL2) {
    const h = readSll2(c.bytes);
    const packet = dissectNetwork(h?.protocol ?? 0, c.bytes.subarray(SLL2_LENGTH));
    const network = c.bytes.subarray(SLL2_LENGTH + tags(packet));
    return {
      packet,
      length: c.length,
      outgoing: c.outgoing,
      src: h?.mac,
      network,
      frame: c.bytes,
    };
  }
  const b = c.bytes;
  const mac = (at: number): number => b.subarray(at, at + 6).reduce((v, x) => v * 256 + x, 0);
  const type = ((b[12] ?? 0) << 8) | (b[13] ?? 0);
  const packet = dissectNetwork(type, b.subarray(14));
  const network = b.subarray(14 + tags(packet));
  return {
    packet,
    length: c.length,
    outgoing: c.outgoing,
    dst: mac(0),
    src: mac(6),
    network,
    frame: b,
  };
}
