/**
 * Applets of the multi-call `busybox`: name → spec. Other folders (text tools, the shell) add theirs with
 * {@link addApplets} when they are registered.
 */
import type { Program } from '../kernel/machine.ts';
import type { ProgramSpec } from './spec.ts';

/** Loads a spec on first use. */
export type SpecLoader = () => Promise<ProgramSpec>;

/** An applet may also be a program that reads its own arguments (the shell). */
export type AppletLoader = () => Promise<ProgramSpec | Program>;

const APPLETS = new Map<string, AppletLoader>([
  ['arp', async () => (await import('./nettools/arp.ts')).spec],
  ['arping', async () => (await import('./arping.ts')).spec],
  ['dmesg', async () => (await import('./status.ts')).dmesgSpec],
  ['env', async () => (await import('./system.ts')).envSpec],
  ['free', async () => (await import('./status.ts')).freeSpec],
  ['hostname', async () => (await import('./system.ts')).hostnameApplet],
  ['httpd', async () => (await import('./busybox/httpd.ts')).spec],
  ['id', async () => (await import('./system.ts')).idSpec],
  ['ifconfig', async () => (await import('./nettools/ifconfig.ts')).spec],
  ['ip', async () => (await import('./ip/ip.ts')).spec],
  ['kill', async () => (await import('./kill.ts')).spec],
  ['killall', async () => (await import('./pkill.ts')).killallSpec],
  ['less', async () => (await import('./pager/less.ts')).spec],
  ['more', async () => (await import('./pager/more.ts')).spec],
  ['mount', async () => (await import('./status.ts')).mountSpec],
  ['nc', async () => (await import('./nc.ts')).busyboxSpec],
  ['netstat', async () => (await import('./nettools/netstat.ts')).busyboxSpec],
  ['nslookup', async () => (await import('./nslookup.ts')).spec],
  ['pidof', async () => (await import('./pidof.ts')).spec],
  ['pgrep', async () => (await import('./pkill.ts')).pgrepSpec],
  ['ping', async () => (await import('./ping/busybox.ts')).spec],
  ['ping6', async () => (await import('./ping/busybox.ts')).spec],
  ['brctl', async () => (await import('./nettools/brctl.ts')).spec],
  ['pkill', async () => (await import('./pkill.ts')).pkillSpec],
  ['ps', async () => (await import('./ps.ts')).spec],
  ['route', async () => (await import('./nettools/route.ts')).spec],
  ['nohup', async () => (await import('./nohup.ts')).nohupSpec],
  ['setsid', async () => (await import('./nohup.ts')).setsidSpec],
  ['sleep', async () => (await import('./sleep.ts')).spec],
  ['stty', async () => (await import('./stty.ts')).spec],
  ['sysctl', async () => (await import('./sysctl.ts')).spec],
  ['telnet', async () => (await import('./telnet.ts')).spec],
  ['timeout', async () => (await import('./timeout.ts')).spec],
  ['top', async () => (await import('./top.ts')).spec],
  ['traceroute', async () => (await import('./traceroute/traceroute.ts')).spec],
  ['traceroute6', async () => (await import('./traceroute/traceroute.ts')).spec],
  ['uname', async () => (await import('./system.ts')).unameSpec],
  ['uptime', async () => (await import('./status.ts')).uptimeSpec],
  ['vi', async () => (await import('./vi/vi.ts')).spec],
  ['wget', async () => (await import('./wget.ts')).spec],
  ['whoami', async () => (await import('./system.ts')).whoamiSpec],
]);

/** Adds applets; a later one of the same name wins. */
export function addApplets(more: Iterable<readonly [string, AppletLoader]>): void {
  for (const [name, load] of more) APPLETS.set(name, load);
}

/** What has arrived. */
const arrived = new Map<AppletLoader, ProgramSpec | Program>();

export function applet(name: string): AppletLoader | undefined {
  const load = APPLETS.get(name);
  return (
    load &&
    (async () => {
      const found = arrived.get(load) ?? (await load());
      arrived.set(load, found);
      return found;
    })
  );
}

/** All names, sorted: the links an image's /bin has. */
export function appletNames(): string[] {
  return [...APPLETS.keys()].sort();
}
