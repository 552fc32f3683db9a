/**
 * /sys/devices/virtual/net: a directory for each network device.
 * Limits: what the kernel keeps of queues, energy, NAPI and names given is not here.
 * @see Linux net/core/net-sysfs.c, Documentation/ABI/testing/sysfs-class-net
 */
import { formatMac } from '../../../base/ip.ts';
import { EINVAL, ENOENT, type Errno } from '../errno.ts';
import type { Link, NetAdmin } from '../netadmin.ts';
import type { Inode } from './inode.ts';
import { SynthDir, SynthFile, SynthLink } from './synth.ts';
import { bridgeDir, bridgePort } from './sysbridge.ts';

/** A device as it is now. */
export interface Device {
  readonly net: NetAdmin;
  get(): Link | undefined;
}

/** A file that tells of a device. @param set what writing a number does; without it the file is read-only */
export function deviceFile(
  d: Device,
  of: (l: Link) => string | number | Errno,
  set?: (n: number, l: Link) => Errno | 0,
): SynthFile {
  const make = (): string | Errno => {
    const link = d.get();
    const value = link ? of(link) : ENOENT;
    return typeof value === 'object' ? value : `${value}\n`;
  };
  const store = (text: string): Errno | 0 => {
    const link = d.get();
    const n = /^\s*(0[xX][0-9a-fA-F]+|\d+)\s*$/.test(text) ? Number(text) : Number.NaN;
    return !link || Number.isNaN(n) || !set ? EINVAL : set(n, link);
  };
  return new SynthFile(make, set && store);
}

/** Kinds that have the carrier of another device. */
const STACKED: readonly string[] = ['veth', 'macvlan', 'ipvlan', 'vlan'];

/** RFC 2863's state. */
function operstate(l: Link): string {
  if (!l.up) return 'down';
  if (l.kind === 'loopback' || l.kind === 'dummy' || l.kind === 'vxlan') return 'unknown';
  if (l.carrier) return 'up';
  return STACKED.includes(l.kind) ? 'lowerlayerdown' : 'down';
}

/** IFF_*, without those that tell of the carrier. */
function flags(l: Link): string {
  const own = { loopback: 0x8, dummy: 0x82 } as Readonly<Record<string, number>>;
  // The port of a bridge hears everything.
  const heard = l.master === undefined ? (l.promisc ? 0x100 : 0) : 0x300;
  return `0x${((own[l.kind] ?? 0x1002) | heard | (l.up ? 1 : 0)).toString(16)}`;
}

/** What a device says of its link. A device that is down says nothing. */
function ethernet(l: Link, ends: string | number, bridge: string | number): string | number | Errno {
  if (!l.up || l.kind === 'loopback' || l.kind === 'dummy') return EINVAL;
  return l.kind === 'bridge' || l.kind === 'vxlan' ? bridge : ends;
}

/** Numbers that are never counted here stay 0. */
const ZEROS = [
  'collisions',
  'multicast',
  'rx_compressed',
  'rx_crc_errors',
  'rx_fifo_errors',
  'rx_frame_errors',
  'rx_length_errors',
  'rx_missed_errors',
  'rx_nohandler',
  'rx_over_errors',
  'tx_aborted_errors',
  'tx_compressed',
  'tx_fifo_errors',
  'tx_heartbeat_errors',
  'tx_window_errors',
];

function statistics(file: (of: (l: Link) => number) => SynthFile): Inode {
  return new SynthDir(() => {
    const files: Record<string, Inode> = {
      rx_bytes: file((l) => l.stats.rxBytes),
      rx_dropped: file((l) => l.stats.rxDropped),
      rx_errors: file((l) => l.stats.rxErrors),
      rx_packets: file((l) => l.stats.rxPackets),
      tx_bytes: file((l) => l.stats.txBytes),
      tx_carrier_errors: file((l) => l.stats.txCarrier),
      tx_dropped: file((l) => l.stats.txDropped),
      tx_errors: file((l) => l.stats.txErrors),
      tx_packets: file((l) => l.stats.txPackets),
    };
    for (const name of ZEROS) files[name] = file(() => 0);
    return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Links to what a device stands on and what stands on it, by name. */
function stack({ net, get }: Device): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  const own = get();
  if (!own) return out;
  const stands = (upper: Link, lower: Link): boolean =>
    upper.master === undefined && upper.kind !== 'veth' && upper.kind !== 'nic' && upper.peerNetnsId === undefined
      ? upper.peerIfindex === lower.ifindex
      : false;
  for (const l of net.links()) {
    if (l.ifindex === own.ifindex) continue;
    if (l.ifindex === own.master) out.set('master', l.name);
    if (l.ifindex === own.master || stands(l, own)) out.set(`upper_${l.name}`, l.name);
    if (l.master === own.ifindex || stands(own, l)) out.set(`lower_${l.name}`, l.name);
  }
  return out;
}

/** The directory of a device. */
export function deviceDir(d: Device): Inode {
  const file = (of: (l: Link) => string | number | Errno): SynthFile => deviceFile(d, of);
  const bridge = d.get()?.kind === 'bridge';
  const set = (change: (n: number) => Parameters<NetAdmin['setLink']>[1]) => (n: number, l: Link) =>
    d.net.setLink(l.name, change(n));
  return new SynthDir(
    () => ({
      address: file((l) => formatMac(l.mac)),
      addr_len: file(() => 6),
      ...(bridge && bridgeDir(d)),
      broadcast: file((l) => (l.kind === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff')),
      carrier: file((l) => (l.up ? (l.carrier ? 1 : 0) : EINVAL)),
      dev_id: file(() => '0x0'),
      dev_port: file(() => 0),
      dormant: file((l) => (l.up ? 0 : EINVAL)),
      duplex: file((l) => ethernet(l, 'full', 'unknown')),
      flags: file(flags),
      ifindex: file((l) => l.ifindex),
      iflink: file((l) => l.peerIfindex ?? l.ifindex),
      link_mode: file(() => 0),
      mtu: deviceFile(
        d,
        (l) => l.mtu,
        set((mtu) => ({ mtu })),
      ),
      operstate: file(operstate),
      speed: file((l) => ethernet(l, 10000, l.kind === 'bridge' && l.carrier ? 10000 : -1)),
      statistics: statistics(file),
      subsystem: new SynthLink(() => '../../../../class/net'),
      tx_queue_len: deviceFile(
        d,
        (l) => l.txqlen,
        set((txqlen) => ({ txqlen })),
      ),
      type: file((l) => (l.kind === 'loopback' ? 772 : 1)),
      uevent: file(
        (l) =>
          `${['bridge', 'vlan', 'vxlan', 'macvlan'].includes(l.kind) ? `DEVTYPE=${l.kind}\n` : ''}INTERFACE=${l.name}\nIFINDEX=${l.ifindex}`,
      ),
    }),
    (name) => {
      if (name === 'brport') return d.get()?.master === undefined ? undefined : bridgePort(d);
      const to = stack(d).get(name);
      return to === undefined ? undefined : new SynthLink(() => `../${to}`);
    },
    () => [...(d.get()?.master === undefined ? [] : ['brport']), ...stack(d).keys()].sort(),
  );
}
