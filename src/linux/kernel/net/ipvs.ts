/** IPVS of a namespace over the core. */
import { ip4 } from '../../../base/ip.ts';
import type { CoreVsService } from '../../core/core.ts';
import { EAFNOSUPPORT, EEXIST, EINVAL, ENOENT, ESRCH, errnoOf } from '../errno.ts';
import { type IpvsAdmin, VS_SCHEDULERS, type VsKey, type VsMethod, type VsServer } from '../ipvs.ts';
import type { Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

const METHODS: readonly VsMethod[] = ['Masq', 'Local', 'Tunnel', 'Route'];
const STATES = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'SYNACK',
  'UDP',
];

const bitsOf = (mask: number): number => {
  let n = 0;
  for (let m = mask >>> 0; m & 0x80000000; m = (m << 1) >>> 0) n++;
  return n;
};
const maskOf = (bits: number): number => (bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);

/** The IPVS part of a namespace's administration. */
export function ipvsAdmin(world: NetWorld, ns: Netns): IpvsAdmin {
  const { core } = world;
  const keyOf = (s: CoreVsService): VsKey =>
    s.fwmark !== 0 ? { fwmark: s.fwmark } : { proto: s.proto as 6 | 17, addr: ip4(s.addr), port: s.port };
  const words = (k: VsKey): { proto: number; addr: number; port: number; fwmark: number } | undefined => {
    if ('fwmark' in k) return { proto: 0, addr: 0, port: 0, fwmark: k.fwmark };
    return k.addr.v === 4 ? { proto: k.proto, addr: k.addr.value, port: k.port, fwmark: 0 } : undefined;
  };
  const find = (k: VsKey): CoreVsService | undefined => {
    const w = words(k);
    return core
      .vsServices(ns.core)
      .find((s) => s.proto === w?.proto && s.addr === w.addr && s.port === w.port && s.fwmark === w.fwmark);
  };
  const servers = (handle: number): VsServer[] =>
    core.vsDests(handle).map((d) => ({
      addr: ip4(d.addr),
      port: d.port,
      weight: d.weight,
      method: METHODS[d.fwd] ?? 'Masq',
      upper: d.upper,
      lower: d.lower,
      active: d.active,
      inactive: d.inactive,
      persistentConns: d.persistent,
      stats: d.stats,
      rates: d.rates,
    }));
  return {
    ipvs: () =>
      core.vsServices(ns.core).map((s) => ({
        key: keyOf(s),
        scheduler: VS_SCHEDULERS[s.sched] ?? 'rr',
        ...(s.persist > 0 && { persistent: s.persist }),
        netmask: bitsOf(s.netmask),
        stats: s.stats,
        rates: s.rates,
        servers: servers(s.handle),
      })),
    ipvsService(s, edit) {
      const w = words(s.key);
      if (!w) return EAFNOSUPPORT;
      const found = find(s.key);
      if (edit !== (found !== undefined)) return edit ? ESRCH : EEXIST;
      const sched = VS_SCHEDULERS.indexOf(s.scheduler);
      const rest = { sched, persist: s.persistent ?? 0, netmask: maskOf(s.netmask ?? 32) };
      const handle = core.vsServiceSet(ns.core, { ...w, ...rest }, edit);
      return handle < 0 ? errnoOf(handle) : 0;
    },
    ipvsServiceDelete(key) {
      const s = find(key);
      if (!s) return ESRCH;
      core.vsServiceDel(s.handle);
      return 0;
    },
    ipvsServer(key, d, edit) {
      const s = find(key);
      if (!s) return ESRCH;
      if (d.addr.v !== 4) return EAFNOSUPPORT;
      if (d.method === 'Tunnel') return EINVAL;
      const { port, weight, upper, lower } = d;
      const fwd = METHODS.indexOf(d.method);
      const dest = { addr: d.addr.value, port, weight, fwd, upper: upper ?? 0, lower: lower ?? 0 };
      const handle = core.vsDestSet(s.handle, dest, edit);
      return handle < 0 ? errnoOf(handle) : 0;
    },
    ipvsServerDelete(key, addr, port) {
      const s = find(key);
      if (!s) return ESRCH;
      const d = core.vsDests(s.handle).find((x) => addr.v === 4 && x.addr === addr.value && x.port === port);
      if (!d) return ENOENT;
      core.vsDestDel(d.handle);
      return 0;
    },
    ipvsFlush() {
      for (const s of core.vsServices(ns.core)) core.vsServiceDel(s.handle);
    },
    ipvsZero(key) {
      const s = key && find(key);
      if (key && !s) return ESRCH;
      core.vsZero(ns.core, s?.handle ?? 0);
      return 0;
    },
    ipvsConnections: () =>
      core.vsConns(ns.core).map((c) => ({
        proto: c.proto,
        client: ip4(c.caddr),
        clientPort: c.cport,
        virtual: ip4(c.vaddr),
        virtualPort: c.vport,
        server: ip4(c.daddr),
        serverPort: c.dport,
        state: STATES[c.state] ?? 'NONE',
        expires: Math.ceil(c.timeoutNs / 1e9),
      })),
    ipvsTimeouts: () => ({
      tcp: core.nfGet(ns.core, 'vs_tcp'),
      tcpfin: core.nfGet(ns.core, 'vs_tcpfin'),
      udp: core.nfGet(ns.core, 'vs_udp'),
    }),
    ipvsSetTimeouts(t) {
      if (t.tcp !== 0) core.nfSet(ns.core, 'vs_tcp', t.tcp);
      if (t.tcpfin !== 0) core.nfSet(ns.core, 'vs_tcpfin', t.tcpfin);
      if (t.udp !== 0) core.nfSet(ns.core, 'vs_udp', t.udp);
    },
  };
}
