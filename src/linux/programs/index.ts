/**
 * The programs of a host: name in the registry, where the executables lie, and how the code is loaded. Several paths
 * may run one program; argv[0] tells it which it is.
 */
import type { Program } from '../kernel/machine.ts';
import type { SpecLoader } from './applets.ts';
import { programOf } from './spec.ts';

export { addApplets, appletNames } from './applets.ts';

/** One program of the registry. */
export interface ProgramEntry {
  /** Its name in World.programs and in LayerFile.program. */
  readonly name: string;
  /** Executables of a host that run it. */
  readonly paths: readonly string[];
  /** The program, for World.programs. */
  readonly load: () => Promise<Program>;
  /** Its spec, for completion and help. */
  readonly spec: SpecLoader;
}

function entry(name: string, paths: readonly string[], spec: SpecLoader): ProgramEntry {
  return { name, paths, spec, load: async () => programOf(await spec()) };
}

const bin = (...names: readonly string[]): string[] => names.map((n) => `/usr/bin/${n}`);
const sbin = (...names: readonly string[]): string[] => names.map((n) => `/usr/sbin/${n}`);

/** Every program of this folder that a host has (busybox and its applets are for images). */
export const HOST_PROGRAMS: readonly ProgramEntry[] = [
  entry('arp', sbin('arp'), async () => (await import('./nettools.ts')).arpSpec),
  entry('arping', bin('arping'), async () => (await import('./arping.ts')).spec),
  entry('brctl', sbin('brctl'), async () => (await import('./nettools.ts')).brctlSpec),
  entry('bridge', sbin('bridge'), async () => (await import('./bridge.ts')).spec),
  entry('busybox', bin('busybox'), async () => (await import('./busybox/busybox.ts')).spec),
  entry('conntrack', sbin('conntrack'), async () => (await import('./conntrack.ts')).spec),
  entry('curl', bin('curl'), async () => (await import('./curl/curl.ts')).spec),
  entry('dig', bin('dig'), async () => (await import('./dig.ts')).spec),
  entry('dmesg', bin('dmesg'), async () => (await import('./system.ts')).dmesgSpec),
  entry('env', bin('env'), async () => (await import('./system.ts')).envSpec),
  entry('free', bin('free'), async () => (await import('./system.ts')).freeSpec),
  entry('getent', bin('getent'), async () => (await import('./system.ts')).getentSpec),
  entry('host', bin('host'), async () => (await import('./dig.ts')).hostSpec),
  entry('hostname', bin('hostname'), async () => (await import('./system.ts')).hostnameSpec),
  entry('id', bin('id'), async () => (await import('./system.ts')).idSpec),
  entry('ifconfig', sbin('ifconfig'), async () => (await import('./nettools.ts')).ifconfigSpec),
  entry('ip', [...sbin('ip'), ...bin('ip')], async () => (await import('./ip/ip.ts')).spec),
  entry('iptables', sbin('iptables', 'ip6tables', 'iptables-nft', 'ip6tables-nft'), async () => (await import('./iptables/iptables.ts')).spec),
  entry('iptables-restore', sbin('iptables-restore', 'ip6tables-restore'), async () => (await import('./iptables/save.ts')).restoreSpec),
  entry('iptables-save', sbin('iptables-save', 'ip6tables-save'), async () => (await import('./iptables/save.ts')).saveSpec),
  entry('kill', bin('kill'), async () => (await import('./kill.ts')).spec),
  entry('killall', bin('killall'), async () => (await import('./pkill.ts')).killallSpec),
  entry('mount', bin('mount'), async () => (await import('./system.ts')).mountSpec),
  entry('nc', bin('nc', 'netcat', 'nc.openbsd'), async () => (await import('./nc.ts')).spec),
  entry('netstat', bin('netstat'), async () => (await import('./nettools.ts')).netstatSpec),
  entry('nsenter', bin('nsenter'), async () => (await import('./nsenter.ts')).spec),
  entry('nslookup', bin('nslookup'), async () => (await import('./nslookup.ts')).spec),
  entry('pgrep', bin('pgrep'), async () => (await import('./pkill.ts')).pgrepSpec),
  entry('ping', bin('ping', 'ping4', 'ping6'), async () => (await import('./ping/iputils.ts')).spec),
  entry('pkill', bin('pkill'), async () => (await import('./pkill.ts')).pkillSpec),
  entry('ps', bin('ps'), async () => (await import('./ps.ts')).spec),
  entry('python', bin('python3', 'python'), async () => (await import('./python.ts')).spec),
  entry('route', sbin('route'), async () => (await import('./nettools.ts')).routeSpec),
  entry('sleep', bin('sleep'), async () => (await import('./sleep.ts')).spec),
  entry('ss', bin('ss'), async () => (await import('./ss.ts')).spec),
  entry('sysctl', sbin('sysctl'), async () => (await import('./system.ts')).sysctlSpec),
  entry('tcpdump', bin('tcpdump'), async () => (await import('./tcpdump/tcpdump.ts')).spec),
  entry('timeout', bin('timeout'), async () => (await import('./timeout.ts')).spec),
  entry('top', bin('top'), async () => (await import('./top.ts')).spec),
  entry('traceroute', bin('traceroute'), async () => (await import('./traceroute.ts')).spec),
  entry('uname', bin('uname'), async () => (await import('./system.ts')).unameSpec),
  entry('uptime', bin('uptime'), async () => (await import('./system.ts')).uptimeSpec),
  entry('wget', bin('wget'), async () => (await import('./wget.ts')).spec),
  entry('whoami', bin('whoami'), async () => (await import('./system.ts')).whoamiSpec),
];
