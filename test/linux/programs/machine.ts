/** A machine with every program of the registry installed, two containers' namespaces on a bridge. */

import { utf8 } from '../../../src/base/http.ts';
import type { IpAddr, Prefix } from '../../../src/base/ip.ts';
import { parseIp, parsePrefix } from '../../../src/base/ip.ts';
import type { NetnsKey } from '../../../src/linux/kernel/netadmin.ts';
import { HOST_PROGRAMS } from '../../../src/linux/programs/index.ts';
import { makeRig, type Rig, type RunResult } from '../kernel/rig.ts';

export interface TestMachine extends Rig {
  readonly spaces: Readonly<Record<string, NetnsKey>>;
  /** Runs a command line, words separated by blanks, in the host or a container's namespace. */
  sh(line: string, where?: string): Promise<RunResult>;
}

export const ip = (s: string): IpAddr => parseIp(s) as IpAddr;
export const prefix = (s: string): Prefix => parsePrefix(s) as Prefix;

const HOSTS = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n172.17.0.2\tweb\n172.17.0.3\tcli\n';

/** docker0 172.17.0.1/16 with web (172.17.0.2) and cli (172.17.0.3) on it. */
export async function makeMachine(): Promise<TestMachine> {
  const rig = await makeRig({ network: true });
  const { kernel } = rig;
  for (const { name, load, paths } of HOST_PROGRAMS) {
    rig.world.programs.set(name, load);
    for (const path of paths) kernel.root.fs.install(path, name);
  }
  kernel.root.fs.writeFile('/etc/hosts', utf8(HOSTS));
  const host = kernel.net(kernel.hostNetns);
  host.setLink('lo', { up: true });
  host.addBridge('docker0', { mac: 0x22a49f7e0a1e });
  host.addAddr('docker0', prefix('172.17.0.1/16'), { broadcast: ip('172.17.255.255') });
  host.setLink('docker0', { up: true });
  const spaces: Record<string, NetnsKey> = {};
  for (const [i, name] of ['web', 'cli'].entries()) {
    const ns = kernel.netnsAdd();
    const inner = kernel.net(ns);
    host.addVeth(`veth${name}`, { name: 'eth0', netns: ns });
    host.setLink(`veth${name}`, { master: 'docker0', up: true });
    inner.setLink('lo', { up: true });
    inner.addAddr('eth0', prefix(`172.17.0.${i + 2}/16`), { broadcast: ip('172.17.255.255') });
    inner.setLink('eth0', { up: true });
    inner.addRoute({ family: 4, via: ip('172.17.0.1') });
    spaces[name] = ns;
  }
  const sh = (line: string, where?: string): Promise<RunResult> =>
    rig.run(line.split(' '), where === undefined ? {} : { request: { netns: spaces[where] as NetnsKey } });
  return { ...rig, spaces, sh };
}
