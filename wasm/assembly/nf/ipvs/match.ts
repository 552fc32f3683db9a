/** The ipvs match. @see Linux net/netfilter/xt_ipvs.c */
import { MATCH_X_A, MATCH_X_B, MATCH_X_P } from '../../../abi';
import { Pkt } from '../../sim/packet';
import { rd16 } from '../../wire/bytes';
import { ip4Dst, ip4Proto, ip4Src } from '../../wire/ipv4';
import { ctDir } from '../conntrack';
import { vsFindIn, vsFindOut, VsConn } from './conn';
import { Dest } from './service';

/** The connection of a packet that IPVS has had. */
function connOf(p: Pkt): u32 {
  const ip = p.nh as usize;
  const th = p.th as usize;
  const proto = ip4Proto(ip);
  const toServer = vsFindOut(p.ns, proto, ip4Src(ip), rd16(th), ip4Dst(ip), rd16(th + 2));
  if (toServer != 0) return toServer;
  return vsFindIn(p.ns, proto, ip4Dst(ip), rd16(th + 2), ip4Src(ip), rd16(th));
}

/** Whether the connection of a packet that IPVS has had fits. */
export function vsMatch(m: usize, p: Pkt): bool {
  const what = load<u8>(m, MATCH_X_P) as u32;
  if (what == 0) return true;
  const want = load<u32>(m, MATCH_X_A);
  if (what == 4) return p.ct != 0 && ctDir(p) == want;
  const i = connOf(p);
  if (i == 0) return false;
  const c = VsConn.at(i);
  if (what == 1) return c.proto == want;
  if (what == 2) return (c.vaddr & load<u32>(m, MATCH_X_B)) == want;
  if (what == 3) return c.vport == want;
  return what == 5 && Dest.at(c.dest).fwd == want;
}
