/**
 * Sysctls: names with slashes under /proc/sys. Most are the machine's; `net/` ones belong to a network namespace.
 * @see Documentation/networking/ip-sysctl.rst
 */
import { EACCES, ENOENT, type Errno } from './errno.ts';
import type { Machine } from './kernel.ts';
import type { NetnsKey } from './netadmin.ts';

/** `net.ipv4.ip_forward` → `net/ipv4/ip_forward`; names that have slashes already stay. */
export function sysctlKey(name: string): string {
  return name.includes('/') ? name.replace(/^\/+/, '') : name.replaceAll('.', '/');
}

/** `net.ipv4.conf.eth0/100.mtu` → `net/ipv4/conf/eth0.100/mtu`. */
function slashed(name: string): string {
  return name
    .split('.')
    .map((part) => part.replaceAll('/', '.'))
    .join('/');
}

/** A name of a namespace's as those have it: with dots only. */
const isPlainNet = (name: string): boolean => name.startsWith('net.') && !name.includes('/');

interface Value {
  get(): string;
  /** Absent: read only. */
  set?(value: string): Errno | 0;
}

/** The sysctls of one machine. */
export class Sysctls {
  readonly #own: ReadonlyMap<string, Value>;

  constructor(readonly m: Machine) {
    const memory = (value: string): Value => {
      let now = value;
      return {
        get: () => now,
        set: (v) => {
          now = v;
          return 0;
        },
      };
    };
    this.#own = new Map<string, Value>([
      ['fs/file-max', memory('9223372036854775807')],
      ['kernel/hostname', hostname(m)],
      ['kernel/osrelease', { get: () => m.release }],
      ['kernel/ostype', { get: () => 'Linux' }],
      ['kernel/pid_max', memory('4194304')],
      ['kernel/printk', memory('4\t4\t1\t7')],
      ['kernel/random/boot_id', { get: () => m.bootId }],
      ['kernel/version', { get: () => m.version }],
      ['vm/max_map_count', memory('65530')],
      ['vm/overcommit_memory', memory('0')],
      ['vm/swappiness', memory('60')],
    ]);
  }

  /** All names of the machine and of a namespace, sorted. */
  keys(netns: NetnsKey): string[] {
    return [...this.#own.keys(), ...this.m.world.net.sysctlKeys(netns).map(slashed)].sort();
  }

  get(netns: NetnsKey, name: string): string | Errno {
    if (isPlainNet(name)) return this.m.world.net.sysctl(netns, name);
    const key = sysctlKey(name);
    const own = this.#own.get(key);
    return own ? own.get() : key.startsWith('net/') ? this.m.world.net.sysctl(netns, key) : ENOENT;
  }

  set(netns: NetnsKey, name: string, value: string): Errno | 0 {
    if (isPlainNet(name)) return this.m.world.net.setSysctl(netns, name, value);
    const key = sysctlKey(name);
    const own = this.#own.get(key);
    if (own) return own.set ? own.set(value) : EACCES;
    return key.startsWith('net/') ? this.m.world.net.setSysctl(netns, key, value) : ENOENT;
  }
}

function hostname(m: Machine): Value {
  return {
    get: () => (m.current?.uts ?? m.uts).hostname,
    set: (v) => {
      (m.current?.uts ?? m.uts).hostname = v;
      return 0;
    },
  };
}
