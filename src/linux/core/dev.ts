/** Namespaces and devices of the core. */
import * as abi from '../../../wasm/abi.ts';
import type { Core } from './core.ts';
import type { Memory } from './memory.ts';
import { TCP_SYSCTLS, type TcpSysctlName } from './tcp-sysctls.ts';
import type { Wasm } from './wasm.ts';

const NS_KEYS = {
  ip_forward: abi.NSKEY_IP_FORWARD,
  route_localnet: abi.NSKEY_ROUTE_LOCALNET,
  icmp_echo_ignore_all: abi.NSKEY_ECHO_IGNORE_ALL,
  ip_default_ttl: abi.NSKEY_DEFAULT_TTL,
  bridge_nf_call_iptables: abi.NSKEY_BRIDGE_NF,
  arp_ignore: abi.NSKEY_ARP_IGNORE,
  port_range_lo: abi.NSKEY_PORT_LO,
  port_range_hi: abi.NSKEY_PORT_HI,
} as const;

const DEV_KEYS = {
  up: abi.DEVKEY_UP,
  mtu: abi.DEVKEY_MTU,
  mac: abi.DEVKEY_MAC,
  master: abi.DEVKEY_MASTER,
  promisc: abi.DEVKEY_PROMISC,
  hairpin: abi.DEVKEY_HAIRPIN,
  isolated: abi.DEVKEY_ISOLATED,
  latencyNs: abi.DEVKEY_LATENCY,
  learning: abi.DEVKEY_LEARNING,
  flood: abi.DEVKEY_FLOOD,
  mcast_flood: abi.DEVKEY_MCAST_FLOOD,
  bcast_flood: abi.DEVKEY_BCAST_FLOOD,
  ageingNs: abi.DEVKEY_AGEING,
  group_fwd_mask: abi.DEVKEY_GROUP_FWD,
  mode: abi.DEVKEY_MODE,
  mac_auto: abi.DEVKEY_MAC_AUTO,
} as const;

type DevFace =
  | 'nsAdd'
  | 'nsDel'
  | 'nsSet'
  | 'loopbackAdd'
  | 'vethAdd'
  | 'bridgeAdd'
  | 'dummyAdd'
  | 'nicAdd'
  | 'frameReceive'
  | 'frameSend'
  | 'devDel'
  | 'devMove'
  | 'devSet'
  | 'devName'
  | 'devCarrier'
  | 'devStats'
  | 'devMac'
  | 'devMtu'
  | 'upperAdd';

export function devFace(w: Wasm, m: Memory): Pick<Core, DevFace> {
  const add = (ns: number, kind: number, name: string, mac: number): number =>
    w.devAdd(ns, kind, m.putName(name), BigInt(mac));
  return {
    nsAdd: () => w.nsAdd(),
    nsDel: (ns) => w.nsDel(ns),
    nsSet: (ns, key, value) =>
      void w.nsSet(
        ns,
        key in NS_KEYS ? NS_KEYS[key as keyof typeof NS_KEYS] : TCP_SYSCTLS[key as TcpSysctlName].key,
        value,
      ),
    loopbackAdd: (ns, name) => add(ns, abi.DEV_LOOPBACK, name, 0),
    vethAdd(nsA, nameA, macA, nsB, nameB, macB) {
      const a = w.vethAdd(nsA, m.putName(nameA, 0), BigInt(macA), nsB, m.putName(nameB, 1), BigInt(macB));
      return a < 0 ? [a, a] : [a, w.devPeer(a)];
    },
    bridgeAdd: (ns, name, mac) => add(ns, abi.DEV_BRIDGE, name, mac),
    dummyAdd: (ns, name, mac) => add(ns, abi.DEV_DUMMY, name, mac),
    nicAdd: (ns, name, mac) => add(ns, abi.DEV_NIC, name, mac),
    frameReceive(dev, frame) {
      if (frame.length > m.room) return -abi.EMSGSIZE;
      m.bytes.set(frame, m.data);
      return w.frameReceive(dev, m.data, frame.length);
    },
    frameSend(dev, frame) {
      if (frame.length > m.room) return -abi.EMSGSIZE;
      m.bytes.set(frame, m.data);
      return w.frameSend(dev, m.data, frame.length);
    },
    devDel: (dev) => w.devDel(dev),
    devMove: (dev, ns) => w.devMove(dev, ns),
    devSet: (dev, key, value) => w.devSet(dev, DEV_KEYS[key], value),
    devName: (dev, name) => w.devName(dev, m.putName(name)),
    devCarrier: (dev) => w.devCarrier(dev) !== 0,
    devStats(dev) {
      w.devStats(dev, m.data);
      const f = (i: number): number => m.view.getFloat64(m.data + 8 * i, true);
      return [f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7), f(8)];
    },
    devMac: (dev) => Number(w.devMac(dev)),
    devMtu: (dev) => w.devMtu(dev),
    upperAdd: (ns, kind, name, mac, lower, arg) => w.upperAdd(ns, kind, m.putName(name), BigInt(mac), lower, arg),
  };
}
