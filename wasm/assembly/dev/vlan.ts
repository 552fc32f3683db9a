/**
 * 802.1Q VLANs on a device: frames with its id are taken out of their tag, what it sends gets one.
 * Counters leave the tag out, as those of devices that insert tags in hardware do (veth among them).
 * Limits: priority 0 only; no 802.1ad, no GVRP, no header reordering off.
 * @see Linux net/8021q/vlan_core.c: vlan_do_receive, vlan_dev.c: vlan_dev_hard_start_xmit
 */
import { DEV_VLAN, DROP_NO_BUFFER, PKT_HOST, PKT_OTHERHOST } from '../../abi';
import { Pkt } from '../sim/packet';
import { pktDrop, pktPull, pktPush, pktRoom, pktWritable } from '../sim/pool';
import { rd16, wr16 } from '../wire/bytes';
import { ETH_HLEN, ETH_VLAN, ethDst, VLAN_HLEN } from '../wire/ether';
import { Dev } from './dev';
import { Upper } from './upper';
import { devXmit } from './xmit';

/** Bytes of the two addresses, which move over the tag. */
const ADDRS: usize = 12;

/** A tagged frame came in by `d`. @returns whether a VLAN of its id has it now: Pkt.dev, untagged */
export function vlanInput(d: Dev, pkt: u32): bool {
  const p = Pkt.at(pkt);
  if (p.len < ETH_HLEN + VLAN_HLEN) return false;
  const id = rd16((p.data as usize) + (ETH_HLEN as usize)) & 0xfff;
  let i = d.uppers;
  while (i != 0) {
    const u = Upper.at(i);
    if (u.kind == DEV_VLAN && u.arg == id) break;
    i = u.next;
  }
  if (i == 0) return false;
  const dev = Upper.at(i).dev;
  const v = Dev.at(dev);
  if (!v.up || !pktWritable(pkt)) return false;
  const from = p.data as usize;
  memory.copy(from + (VLAN_HLEN as usize), from, ADDRS);
  pktPull(pkt, VLAN_HLEN);
  v.rxPackets++;
  v.rxBytes += (p.len - ETH_HLEN) as u64;
  p.dev = dev;
  p.ns = v.ns;
  if (p.pkttype == PKT_OTHERHOST && ethDst(p.data as usize) == v.mac) p.pkttype = PKT_HOST;
  return true;
}

/** The device sends a frame (takes it): with its tag, by the lower device. */
export function vlanXmit(dev: u32, pkt: u32): void {
  const d = Dev.at(dev);
  const u = Upper.at(d.side);
  if (!pktRoom(pkt, VLAN_HLEN)) {
    d.txDropped++;
    pktDrop(pkt, DROP_NO_BUFFER);
    return;
  }
  const p = Pkt.at(pkt);
  const len = p.len;
  const to = pktPush(pkt, VLAN_HLEN);
  memory.copy(to, to + (VLAN_HLEN as usize), ADDRS);
  wr16(to + 12, ETH_VLAN);
  wr16(to + 14, u.arg);
  const sent = devXmit(u.lower, pkt);
  if (sent == 0) {
    d.txPackets++;
    d.txBytes += len as u64;
  } else d.txDropped++;
}
