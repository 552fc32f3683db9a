/** /sys: the network devices of a namespace under class/net. @see sysfs-class-net */

import { formatMac } from '../../../base/ip.ts';
import { ENOENT, type Errno } from '../errno.ts';
import type { Machine } from '../kernel.ts';
import type { Link, NetnsKey } from '../netadmin.ts';
import type { Inode } from './inode.ts';
import { SynthDir, SynthFile } from './synth.ts';

export function sysfs(m: Machine, netns: NetnsKey): Inode {
  const net = new SynthDir(
    () => ({}),
    (name) => (m.net(netns).link(name) ? linkDir(() => m.net(netns).link(name)) : undefined),
    () =>
      m
        .net(netns)
        .links()
        .map((l) => l.name)
        .sort(),
  );
  return new SynthDir(() => ({
    class: new SynthDir(() => ({ net })),
    fs: new SynthDir(() => ({ cgroup: new SynthDir(() => ({})) })),
  }));
}

function linkDir(get: () => Link | undefined): Inode {
  const file = (of: (l: Link) => string | number | Errno): SynthFile =>
    new SynthFile(() => {
      const link = get();
      const value = link ? of(link) : ENOENT;
      return typeof value === 'object' ? value : `${value}\n`;
    });
  const stats = new SynthDir(() => ({
    rx_bytes: file((l) => l.stats.rxBytes),
    rx_dropped: file((l) => l.stats.rxDropped),
    rx_packets: file((l) => l.stats.rxPackets),
    tx_bytes: file((l) => l.stats.txBytes),
    tx_dropped: file((l) => l.stats.txDropped),
    tx_packets: file((l) => l.stats.txPackets),
  }));
  return new SynthDir(() => ({
    address: file((l) => formatMac(l.mac)),
    carrier: file((l) => (l.carrier ? 1 : 0)),
    ifindex: file((l) => l.ifindex),
    iflink: file((l) => l.peerIfindex ?? l.ifindex),
    mtu: file((l) => l.mtu),
    operstate: file((l) => (l.kind === 'loopback' ? 'unknown' : l.up && l.carrier ? 'up' : 'down')),
    statistics: stats,
    tx_queue_len: file((l) => l.txqlen),
    type: file((l) => (l.kind === 'loopback' ? 772 : 1)),
  }));
}
