/**
 * The programs of a host: the name in the registry, where the executables lie, and how the code is loaded. Programs
 * that answer to several names (iptables, ip6tables) are registered under each; argv[0] tells them which they are.
 */
import type { Program } from '../kernel/machine.ts';
import type { SpecLoader } from './applets.ts';
import { programOf } from './spec.ts';

export { type AppletLoader, addApplets, appletNames } from './applets.ts';

/** One program of the registry. */
export interface ProgramEntry {
  /** Its name in World.programs and in LayerFile.program. */
  readonly name: string;
  /** Where a host has it. */
  readonly paths: readonly string[];
  /** The program, for World.programs. */
  readonly load: () => Promise<Program>;
  /** Its spec, for completion and help. */
  readonly spec: SpecLoader;
}

/** One entry for each name; every name lies in each of the directories. */
function entries(dirs: readonly string[], names: readonly string[], load: SpecLoader): ProgramEntry[] {
  return names.map((name) => ({
    name,
    paths: dirs.map((d) => `${d}/${name}`),
    spec: load,
    load: async () => ({ ...programOf(await load()), name }),
  }));
}

const bin = (names: string, load: SpecLoader): ProgramEntry[] => entries(['/usr/bin'], names.split(' '), load);
const sbin = (names: string, load: SpecLoader): ProgramEntry[] => entries(['/usr/sbin'], names.split(' '), load);

/** Every program of this folder that a host has. */
export const HOST_PROGRAMS: readonly ProgramEntry[] = [
  ...sbin('arp', async () => (await import('./nettools/arp.ts')).spec),
  ...bin('arping', async () => (await import('./arping.ts')).spec),
  ...sbin('brctl', async () => (await import('./nettools/brctl.ts')).spec),
  ...sbin('bridge', async () => (await import('./bridge.ts')).spec),
  ...bin('busybox', async () => (await import('./busybox/busybox.ts')).spec),
  ...sbin('ipvsadm', async () => (await import('./ipvsadm/ipvsadm.ts')).spec),
  ...sbin('conntrack', async () => (await import('./conntrack/conntrack.ts')).spec),
  ...bin('curl', async () => (await import('./curl/curl.ts')).spec),
  ...bin('dig', async () => (await import('./dig.ts')).spec),
  ...bin('dmesg', async () => (await import('./status.ts')).dmesgSpec),
  ...bin('env', async () => (await import('./system.ts')).envSpec),
  ...sbin('ethtool', async () => (await import('./ethtool.ts')).spec),
  ...bin('fping', async () => (await import('./fping.ts')).spec),
  ...bin('free', async () => (await import('./status.ts')).freeSpec),
  ...bin('getent', async () => (await import('./getent.ts')).spec),
  ...bin('groups', async () => (await import('./system.ts')).groupsSpec),
  ...bin('host', async () => (await import('./dig.ts')).hostSpec),
  ...bin('hostname', async () => (await import('./system.ts')).hostnameSpec),
  ...bin('id', async () => (await import('./system.ts')).idSpec),
  ...sbin('ifconfig', async () => (await import('./nettools/ifconfig.ts')).spec),
  ...bin('iperf3', async () => (await import('./iperf3/iperf3.ts')).spec),
  ...bin('ipcalc', async () => (await import('./ipcalc.ts')).spec),
  ...entries(['/usr/sbin', '/usr/bin'], ['ip'], async () => (await import('./ip/ip.ts')).spec),
  ...sbin('iptables ip6tables iptables-nft ip6tables-nft', async () => (await import('./iptables/iptables.ts')).spec),
  ...sbin('iptables-translate ip6tables-translate', async () => (await import('./iptables/translate.ts')).spec),
  ...sbin('iptables-restore ip6tables-restore', async () => (await import('./iptables/save.ts')).restoreSpec),
  ...sbin('iptables-save ip6tables-save', async () => (await import('./iptables/save.ts')).saveSpec),
  ...bin('journalctl', async () => (await import('./systemctl.ts')).journalctlSpec),
  ...bin('jq', async () => (await import('./jq/jq.ts')).spec),
  ...bin('kill', async () => (await import('./kill.ts')).spec),
  ...bin('killall', async () => (await import('./pkill.ts')).killallSpec),
  ...bin('less', async () => (await import('./pager/less.ts')).spec),
  ...bin('lsns', async () => (await import('./namespaces.ts')).lsnsSpec),
  ...bin('lsof', async () => (await import('./lsof.ts')).spec),
  ...bin('more', async () => (await import('./pager/more.ts')).spec),
  ...bin('mount', async () => (await import('./status.ts')).mountSpec),
  ...bin('mtr', async () => (await import('./mtr.ts')).spec),
  ...bin('ncat', async () => (await import('./ncat.ts')).spec),
  ...bin('nc netcat nc.openbsd', async () => (await import('./nc.ts')).spec),
  ...bin('netstat', async () => (await import('./nettools/netstat.ts')).spec),
  ...bin('nmap', async () => (await import('./nmap.ts')).spec),
  ...bin('nohup', async () => (await import('./nohup.ts')).nohupSpec),
  ...bin('nsenter', async () => (await import('./nsenter.ts')).spec),
  ...bin('nslookup', async () => (await import('./nslookup.ts')).spec),
  ...sbin('nft', async () => (await import('./nft/nft.ts')).spec),
  ...sbin('nstat', async () => (await import('./nstat.ts')).spec),
  ...bin('pgrep', async () => (await import('./pkill.ts')).pgrepSpec),
  ...bin('pidof', async () => (await import('./pidof.ts')).spec),
  ...bin('ping ping4 ping6', async () => (await import('./ping/iputils.ts')).spec),
  ...bin('pkill', async () => (await import('./pkill.ts')).pkillSpec),
  ...bin('ps', async () => (await import('./ps.ts')).spec),
  ...sbin('route', async () => (await import('./nettools/route.ts')).spec),
  ...sbin('service', async () => (await import('./systemctl.ts')).serviceSpec),
  ...bin('setsid', async () => (await import('./nohup.ts')).setsidSpec),
  ...bin('sleep', async () => (await import('./sleep.ts')).spec),
  ...bin('socat', async () => (await import('./socat/socat.ts')).spec),
  ...bin('ss', async () => (await import('./ss.ts')).spec),
  ...bin('stty', async () => (await import('./stty.ts')).spec),
  ...bin('su', async () => (await import('./su.ts')).spec),
  ...bin('sudo', async () => (await import('./sudo.ts')).spec),
  ...sbin('sysctl', async () => (await import('./sysctl.ts')).spec),
  ...sbin('tc', async () => (await import('./tc/tc.ts')).spec),
  ...bin('systemctl', async () => (await import('./systemctl.ts')).systemctlSpec),
  ...bin('tcpdump', async () => (await import('./tcpdump/tcpdump.ts')).spec),
  ...bin('telnet', async () => (await import('./telnet.ts')).spec),
  ...bin('timeout', async () => (await import('./timeout.ts')).spec),
  ...bin('top', async () => (await import('./top.ts')).spec),
  ...bin('tracepath tracepath6', async () => (await import('./tracepath.ts')).spec),
  ...bin('traceroute traceroute6', async () => (await import('./traceroute/traceroute.ts')).spec),
  ...bin('uname', async () => (await import('./system.ts')).unameSpec),
  ...bin('users', async () => (await import('./who.ts')).usersSpec),
  ...bin('unshare', async () => (await import('./namespaces.ts')).unshareSpec),
  ...bin('uptime', async () => (await import('./status.ts')).uptimeSpec),
  ...bin('vi', async () => (await import('./vi/vi.ts')).spec),
  {
    ...(entries([], ['python'], async () => (await import('./python/python.ts')).spec)[0] as ProgramEntry),
    paths: ['/usr/bin/python3'],
  },
  // what only images have: no host path
  ...entries([], ['apk'], async () => (await import('./pkg/apk.ts')).apkSpec),
  ...entries([], ['apt'], async () => (await import('./pkg/apt.ts')).aptSpec),
  ...entries([], ['apt-cache'], async () => (await import('./pkg/apt.ts')).aptCacheSpec),
  ...entries([], ['apt-get'], async () => (await import('./pkg/apt.ts')).aptGetSpec),
  ...entries([], ['dpkg'], async () => (await import('./pkg/dpkg.ts')).dpkgSpec),
  ...entries([], ['inetutils-ping'], async () => (await import('./ping/inetutils.ts')).spec),
  ...bin('wget', async () => (await import('./wget.ts')).spec),
  ...bin('w', async () => (await import('./who.ts')).wSpec),
  ...bin('who', async () => (await import('./who.ts')).whoSpec),
  ...bin('whoami', async () => (await import('./system.ts')).whoamiSpec),
];
