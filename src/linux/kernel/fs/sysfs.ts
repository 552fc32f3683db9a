/** /sys: the network devices of a namespace, under class/net as links to devices/virtual/net. @see sysfs-class-net */
import type { Machine } from '../kernel.ts';
import type { NetnsKey } from '../netadmin.ts';
import type { Inode } from './inode.ts';
import { SynthDir, SynthLink } from './synth.ts';
import { deviceDir } from './sysnet.ts';

export function sysfs(m: Machine, netns: NetnsKey): Inode {
  const net = m.net(netns);
  /** An entry for each device. */
  const devices = (make: (name: string) => Inode): Inode =>
    new SynthDir(
      () => ({}),
      (name) => (net.link(name) ? make(name) : undefined),
      () =>
        net
          .links()
          .map((l) => l.name)
          .sort(),
    );
  const links = devices((name) => new SynthLink(() => `../../devices/virtual/net/${name}`));
  const dirs = devices((name) => deviceDir({ net, get: () => net.link(name) }));
  return new SynthDir(() => ({
    class: new SynthDir(() => ({ net: links })),
    devices: new SynthDir(() => ({ virtual: new SynthDir(() => ({ net: dirs })) })),
    fs: new SynthDir(() => ({ cgroup: new SynthDir(() => ({})) })),
  }));
}
