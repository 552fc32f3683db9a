/** Making, changing and unmaking VXLANs, and the sockets that hold their ports. @see Linux vxlan_dev_configure, vxlan_open */
import {
  DEV_VXLAN,
  EADDRINUSE,
  EEXIST,
  EINVAL,
  ENOSPC,
  FDB_APPEND,
  FDB_CREATE,
  NUD_PERMANENT,
  NUD_REACHABLE,
  VXLAN_X_AGEING,
  VXLAN_X_DF,
  VXLAN_X_FLAGS,
  VXLAN_X_L2MISSES,
  VXLAN_X_L3MISSES,
  VXLAN_X_LOCAL,
  VXLAN_X_LOWER,
  VXLAN_X_MAX,
  VXLAN_X_NS,
  VXLAN_X_PORT,
  VXLAN_X_REMOTE,
  VXLAN_X_SPORT_HI,
  VXLAN_X_SPORT_LO,
  VXLAN_X_TOS,
  VXLAN_X_TTL,
  VXLAN_X_VNI,
} from '../../abi';
import { SLAB_VXLAN } from '../mem';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { kernelClose, kernelUdp } from '../sock/kernel';
import { Dev, devAdd, devDel } from './dev';
import { vfdbFlush, vfdbRemove, vfdbUpdate } from './vfdb';
import { Vxlan, vxlanBucket, vxlanFind } from './vxlantab';

/** Bytes that a frame grows by: outer Ethernet, IPv4, UDP and VXLAN. */
const OVERHEAD: u32 = 50;

function read(v: Vxlan, r: usize): void {
  v.remote = load<u32>(r + VXLAN_X_REMOTE);
  v.local = load<u32>(r + VXLAN_X_LOCAL);
  v.lower = load<u32>(r + VXLAN_X_LOWER);
  v.sportLo = load<u32>(r + VXLAN_X_SPORT_LO);
  v.sportHi = load<u32>(r + VXLAN_X_SPORT_HI);
  v.ttl = load<u32>(r + VXLAN_X_TTL);
  v.tos = load<u32>(r + VXLAN_X_TOS);
  v.df = load<u32>(r + VXLAN_X_DF);
  v.flags = load<u32>(r + VXLAN_X_FLAGS);
  v.max = load<u32>(r + VXLAN_X_MAX);
  v.ageing = load<f64>(r + VXLAN_X_AGEING) as u64;
}

/** The entry of all MACs without one of their own: where `remote` is. */
function setDefault(dev: u32, v: Vxlan, old: u32, oldLower: u32): void {
  if (old != 0) vfdbRemove(dev, 0, old, 0, 0, oldLower);
  if (v.remote != 0) {
    vfdbUpdate(dev, 0, NUD_PERMANENT | NUD_REACHABLE, v.remote, 0, 0, v.lower, FDB_CREATE | FDB_APPEND);
  }
}

/**
 * Adds a VXLAN whose link namespace is `ns`. @param rec VXLAN_X_* record
 * @returns its device, -EEXIST: the VNI is taken on that port, -EINVAL: the VNI, -ENOSPC
 */
export function vxlanAdd(ns: u32, name: usize, mac: u64, rec: usize): i32 {
  const vni = load<u32>(rec + VXLAN_X_VNI);
  const port = load<u32>(rec + VXLAN_X_PORT);
  if (vni > 0xffffff || port == 0 || port > 0xffff) return -EINVAL;
  if (vxlanFind(ns, vni, port) != 0) return -EEXIST;
  const i = slabAlloc(SLAB_VXLAN);
  if (i == 0) return -ENOSPC;
  const dev = devAdd(ns, DEV_VXLAN, name, mac);
  if (dev < 0) {
    slabFree(SLAB_VXLAN, i);
    return dev;
  }
  const v = Vxlan.at(i);
  v.dev = dev as u32;
  v.linkNs = ns;
  v.vni = vni;
  v.port = port;
  read(v, rec);
  const at = vxlanBucket(ns, vni, port);
  v.next = load<u32>(at);
  store<u32>(at, i);
  const d = Dev.at(dev as u32);
  d.side = i;
  if (v.lower != 0) d.mtu = max<u32>(68, Dev.at(v.lower).mtu - OVERHEAD);
  setDefault(dev as u32, v, 0, 0);
  return dev;
}

/** Changes what may be changed: all but VNI, port and link namespace. @returns 0 or -EINVAL */
export function vxlanSet(dev: u32, rec: usize): i32 {
  const d = Dev.at(dev);
  if (d.kind != DEV_VXLAN) return -EINVAL;
  const v = Vxlan.at(d.side);
  const old = v.remote;
  const lower = v.lower;
  read(v, rec);
  if (v.remote != old || v.lower != lower) setDefault(dev, v, old, lower);
  return 0;
}

/** Writes the settings and counters of a VXLAN. */
export function vxlanGet(dev: u32, out: usize): void {
  const v = Vxlan.at(Dev.at(dev).side);
  store<u32>(out + VXLAN_X_VNI, v.vni);
  store<u32>(out + VXLAN_X_REMOTE, v.remote);
  store<u32>(out + VXLAN_X_LOCAL, v.local);
  store<u32>(out + VXLAN_X_LOWER, v.lower);
  store<u32>(out + VXLAN_X_PORT, v.port);
  store<u32>(out + VXLAN_X_SPORT_LO, v.sportLo);
  store<u32>(out + VXLAN_X_SPORT_HI, v.sportHi);
  store<u32>(out + VXLAN_X_TTL, v.ttl);
  store<u32>(out + VXLAN_X_TOS, v.tos);
  store<u32>(out + VXLAN_X_DF, v.df);
  store<u32>(out + VXLAN_X_FLAGS, v.flags);
  store<u32>(out + VXLAN_X_MAX, v.max);
  store<f64>(out + VXLAN_X_AGEING, v.ageing as f64);
  store<f64>(out + VXLAN_X_L2MISSES, v.l2misses as f64);
  store<f64>(out + VXLAN_X_L3MISSES, v.l3misses as f64);
  store<u32>(out + VXLAN_X_NS, v.linkNs);
}

/** Another VXLAN that is up on the same port of the same namespace, or 0. */
function sharer(i: u32): u32 {
  const v = Vxlan.at(i);
  for (let k: u32 = 1; k < slabTop(SLAB_VXLAN); k++) {
    const o = Vxlan.at(k);
    if (k != i && o.dev != 0 && o.sock != 0 && o.linkNs == v.linkNs && o.port == v.port) return k;
  }
  return 0;
}

/** The device goes up: it takes its port. @returns 0 or -EADDRINUSE: somebody has it */
export function vxlanOpen(dev: u32): i32 {
  const i = Dev.at(dev).side;
  const v = Vxlan.at(i);
  if (v.sock != 0) return 0;
  const other = sharer(i);
  if (other != 0) {
    v.sock = Vxlan.at(other).sock;
    return 0;
  }
  const sock = kernelUdp(v.linkNs, v.port);
  if (sock < 0) return -EADDRINUSE;
  v.sock = sock as u32;
  return 0;
}

/** The device goes down: the port is free when nobody shares it; what was learned is forgotten. */
export function vxlanStop(dev: u32): void {
  const i = Dev.at(dev).side;
  const v = Vxlan.at(i);
  if (v.sock != 0 && sharer(i) == 0) kernelClose(v.sock);
  v.sock = 0;
  vfdbFlush(dev, false);
}

/** The device is removed. */
export function vxlanGone(dev: u32): void {
  const i = Dev.at(dev).side;
  if (i == 0) return;
  vxlanStop(dev);
  vfdbFlush(dev, true);
  const v = Vxlan.at(i);
  let at = vxlanBucket(v.linkNs, v.vni, v.port);
  while (load<u32>(at) != i) at = changetype<usize>(Vxlan.at(load<u32>(at)));
  store<u32>(at, v.next);
  v.dev = 0;
  Dev.at(dev).side = 0;
  slabFree(SLAB_VXLAN, i);
}

/** A namespace goes: the VXLANs that send in it go, wherever they live. @see Linux vxlan_exit_batch_net */
export function vxlanNsDestroy(ns: u32): void {
  for (let k: u32 = 1; k < slabTop(SLAB_VXLAN); k++) {
    const v = Vxlan.at(k);
    if (v.dev != 0 && v.linkNs == ns) devDel(v.dev);
  }
}

/** A device goes that VXLANs send by: they go too. @see Linux vxlan_handle_lowerdev_unregister */
export function vxlanLowerGone(lower: u32): void {
  for (let k: u32 = 1; k < slabTop(SLAB_VXLAN); k++) {
    const v = Vxlan.at(k);
    if (v.dev != 0 && v.lower == lower) devDel(v.dev);
  }
}
