/**
 * /proc of one PID namespace: a directory for each process, the machine's numbers, and sysctls.
 * @see proc(5)
 */

import { capabilityMask } from '../capability.ts';
import { ENOENT, type Errno, isErr } from '../errno.ts';
import type { Machine } from '../kernel.ts';
import type { PidNamespace } from '../pidns.ts';
import type { Proc } from '../process.ts';
import { limitsText } from '../rlimits.ts';
import { SIGNALS } from '../signal.ts';
import { RegularFile } from './file.ts';
import type { Inode } from './inode.ts';
import type { MountTable } from './mounts.ts';
import { PROCESSORS } from './processors.ts';
import { procNet } from './procnet.ts';
import { MEMORY } from './statfs.ts';
import { NamespaceFile, OpenFileInode, SynthDir, SynthFile, SynthLink } from './synth.ts';
import { find } from './vfs.ts';

const TICK_NS = 10_000_000;
const KIB_PER_PAGE = 4;

/** The root of /proc. */
export function procfs(m: Machine, ns: PidNamespace): Inode {
  const file = (make: () => string): SynthFile => new SynthFile(make);
  const self = (): string | Errno => {
    const pid = m.current?.pids.get(ns);
    return pid === undefined ? ENOENT : String(pid);
  };
  return new SynthDir(
    () => ({
      cmdline: file(() => 'BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro quiet\n'),
      cpuinfo: file(cpuinfo),
      filesystems: file(() => 'nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevpts\n\text4\nnodev\toverlay\n'),
      loadavg: file(() => `0.00 0.00 0.00 1/${ns.byPid.size} ${Math.max(...ns.byPid.keys(), 0)}\n`),
      kmsg: file(() => (ns === m.pidns ? m.dmesg.map((l) => `${l}\n`).join('') : '')),
      meminfo: file(meminfo),
      mounts: new SynthLink(() => 'self/mounts'),
      net: new SynthLink(() => 'self/net'),
      self: new SynthLink(self),
      stat: file(() => machineStat(m, ns)),
      sys: sysctlDir(m, ''),
      'sysrq-trigger': new SynthFile(
        () => '',
        () => 0,
        0o200,
      ),
      uptime: file(() => {
        const s = ((m.world.clock.now - m.bootTime) / 1e9).toFixed(2);
        return `${s} ${s}\n`;
      }),
      version: file(() => `Linux version ${m.release} (gcc (Debian 14.2.0) 14.2.0) ${m.version}\n`),
    }),
    (name) => {
      const proc = /^[0-9]+$/.test(name) ? ns.byPid.get(Number(name)) : undefined;
      return proc && pidDir(m, ns, proc);
    },
    () => ns.list().map((p) => String(p.pids.get(ns))),
  );
}

function pidDir(m: Machine, ns: PidNamespace, p: Proc): Inode {
  const file = (make: () => string): SynthFile => new SynthFile(make);
  const nul = (list: readonly string[]): string => list.map((s) => `${s}\0`).join('');
  return new SynthDir(() => ({
    cgroup: file(() => `0::${p.pidns === m.pidns ? '/' : '/docker'}\n`),
    cmdline: file(() => (p.status ? '' : nul(p.argv))),
    comm: new SynthFile(
      () => `${p.comm}\n`,
      (text) => {
        p.comm = text.trim().slice(0, 15);
        return 0;
      },
    ),
    cwd: new SynthLink(() => p.cwd),
    environ: new SynthFile(() => nul(Object.entries(p.env).map(([k, v]) => `${k}=${v}`)), undefined, 0o400),
    exe: new SynthLink(
      () => (p.exe === '' ? ENOENT : p.exe),
      () => {
        const place = find(p.mounts, '/', p.exe);
        return isErr(place) ? place : place.inode;
      },
    ),
    fd: fdDir(p),
    limits: file(() => limitsText(p.limits)),
    mountinfo: file(() => mountinfo(p.mounts)),
    mounts: file(() => mountLines(p.mounts)),
    net: procNet(m, () => p.netns),
    ns: nsDir(m, p),
    oom_score_adj: file(() => `${p.confinement?.oomScoreAdj ?? 0}\n`),
    root: new SynthLink(
      () => '/',
      () => p.mounts.top.inode,
    ),
    stat: file(() => statLine(ns, p)),
    status: file(() => statusText(ns, p)),
  }));
}

function fdDir(p: Proc): Inode {
  return new SynthDir(
    () => ({}),
    (name) => {
      const open = p.fds.get(Number(name));
      return (
        open &&
        new SynthLink(
          () => open.path,
          () => (open instanceof RegularFile ? open.inode : new OpenFileInode(open)),
        )
      );
    },
    () => p.fds.list().map(String),
  );
}

function nsDir(m: Machine, p: Proc): Inode {
  const link = (kind: string, id: number, netns?: number): SynthLink =>
    new SynthLink(
      () => `${kind}:[${id}]`,
      () => new NamespaceFile(`${kind}:[${id}]`, netns),
    );
  const { pidns, netns } = p;
  return new SynthDir(() => ({
    cgroup: link('cgroup', 4026531835),
    ipc: link('ipc', pidns === m.pidns ? 4026531839 : 4026532000 + (pidns.id % 1000)),
    mnt: link('mnt', m.namespaceId(p.mounts)),
    net: link('net', m.world.net.inode(netns), netns),
    pid: link('pid', pidns.id),
    user: link('user', 4026531837),
    uts: link('uts', m.namespaceId(p.uts)),
  }));
}

function statLine(ns: PidNamespace, p: Proc): string {
  const i = p.infoIn(ns);
  const ticks = Math.floor(i.cpu / TICK_NS);
  const tty = i.tty ? 34816 + Number(i.tty.replace('pts/', '')) : 0;
  const fields = [i.pid, `(${i.comm})`, i.state, i.ppid, i.pgid, i.sid, tty, p.tty?.foreground || -1, 4194304];
  const rest = [0, 0, 0, 0, ticks, 0, 0, 0, 20, 0, 1, 0, Math.floor(i.start / TICK_NS)];
  return `${[...fields, ...rest, i.vsz * 1024, Math.floor(i.rss / KIB_PER_PAGE)].join(' ')}\n`;
}

const STATES = { R: 'running', S: 'sleeping', D: 'disk sleep', T: 'stopped', Z: 'zombie' } as const;

function statusText(ns: PidNamespace, p: Proc): string {
  const i = p.infoIn(ns);
  const mask = (want: (signal: number) => boolean): string => {
    let bits = 0n;
    for (const n of Object.values(SIGNALS)) if (want(n)) bits |= 1n << BigInt(n - 1);
    return bits.toString(16).padStart(16, '0');
  };
  const lines = [
    `Name:\t${i.comm}`,
    `Umask:\t${p.umask.toString(8).padStart(4, '0')}`,
    `State:\t${i.state} (${STATES[i.state]})`,
    `Tgid:\t${i.pid}`,
    `Pid:\t${i.pid}`,
    `PPid:\t${i.ppid}`,
    `Uid:\t${p.uid}\t${p.uid}\t${p.uid}\t${p.uid}`,
    `Gid:\t${p.gid}\t${p.gid}\t${p.gid}\t${p.gid}`,
    `FDSize:\t64`,
    `NSpid:\t${[...p.pids.values()].reverse().join('\t')}`,
    `VmSize:\t${String(i.vsz).padStart(8)} kB`,
    `VmRSS:\t${String(i.rss).padStart(8)} kB`,
    'Threads:\t1',
    `SigPnd:\t${mask((n) => p.pending.has(n))}`,
    `SigIgn:\t${mask((n) => p.actions.get(n) === 'ignore')}`,
    `SigCgt:\t${mask((n) => typeof p.actions.get(n) === 'function')}`,
    ...capabilityLines(p),
    `NoNewPrivs:\t${p.confinement?.noNewPrivs ? 1 : 0}`,
    `Seccomp:\t${p.confinement?.seccomp ? 2 : 0}`,
    `Seccomp_filters:\t${p.confinement?.seccomp ? 1 : 0}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Only root has any; what it may get at all is the same for all users. */
function capabilityLines(p: Proc): string[] {
  const bounding = capabilityMask(p.caps);
  const none = capabilityMask(new Set());
  const own = p.uid === 0 ? bounding : none;
  return [`CapInh:\t${none}`, `CapPrm:\t${own}`, `CapEff:\t${own}`, `CapBnd:\t${bounding}`, `CapAmb:\t${none}`];
}

/** Lines of /proc/mounts. */
function mountLines(table: MountTable): string {
  return table
    .list()
    .map((x) => `${x.source} ${x.target} ${x.type} ${x.options} 0 0\n`)
    .join('');
}

function mountinfo(table: MountTable): string {
  const list = table.list();
  return list
    .map((x, i) => {
      const parent = x.parent ? 20 + list.indexOf(x.parent) : 1;
      return `${20 + i} ${parent} 0:${20 + i} ${x.within} ${x.target} ${x.options} - ${x.type} ${x.source} rw\n`;
    })
    .join('');
}

function cpuinfo(): string {
  const one = (n: number): string =>
    `processor\t: ${n}\nvendor_id\t: GenuineIntel\nmodel name\t: Drydock virtual CPU\ncpu MHz\t\t: 2000.000\ncpu cores\t: ${PROCESSORS}\n\n`;
  return Array.from({ length: PROCESSORS }, (_, n) => one(n)).join('');
}

let memory: string | undefined;

/** What the machine has does not change while it runs. */
function meminfo(): string {
  memory ??= memoryRows();
  return memory;
}

function memoryRows(): string {
  const row = (name: string, kib: number): string => `${`${name}:`.padEnd(15)} ${String(kib).padStart(8)} kB\n`;
  return (
    row('MemTotal', MEMORY) +
    row('MemFree', 2871040) +
    row('MemAvailable', 3470336) +
    row('Buffers', 21504) +
    row('Cached', 577792) +
    row('SwapTotal', 0) +
    row('SwapFree', 0)
  );
}

function machineStat(m: Machine, ns: PidNamespace): string {
  let ns10 = 0;
  for (const p of m.pidns.byPid.values()) ns10 += p.cpuTime;
  const ticks = Math.floor(ns10 / TICK_NS);
  const boot = Math.floor(m.world.clock.epochMs / 1000 - (m.world.clock.now - m.bootTime) / 1e9);
  return `cpu  ${ticks} 0 0 0 0 0 0 0 0 0\nbtime ${boot}\nprocesses ${ns.byPid.size}\nprocs_running 1\n`;
}

/** /proc/sys and below: directories made of the dots in sysctl names. */
function sysctlDir(m: Machine, prefix: string): Inode {
  const netns = (): number => m.current?.netns ?? m.hostNetns;
  const below = (): string[] => {
    const out = new Set<string>();
    for (const key of m.sysctls.keys(netns()))
      if (key.startsWith(prefix)) out.add(key.slice(prefix.length).split('/')[0] as string);
    return [...out].sort();
  };
  return new SynthDir(
    () => ({}),
    (name) => {
      const key = prefix + name;
      if (!isErr(m.sysctls.get(netns(), key)))
        return new SynthFile(
          () => {
            const value = m.sysctls.get(netns(), key);
            return isErr(value) ? value : `${value}\n`;
          },
          (text) => m.sysctls.set(netns(), key, text.trim()),
        );
      return m.sysctls.keys(netns()).some((k) => k.startsWith(`${key}/`)) ? sysctlDir(m, `${key}/`) : undefined;
    },
    below,
  );
}
