/** The table of neighbours as the border sees it: entries set and deleted by hand, lists, announcements. */
import {
  CONF_BASE_REACHABLE_TIME, EINVAL, ENOBUFS, ENOENT, NEIGH_X_SIZE, NEV_NEIGH, NUD_FAILED, NUD_PERMANENT, NUD_REACHABLE,
} from '../../abi';
import { flowStale } from '../flow/epoch';
import { Dev } from '../dev/dev';
import { nd6Announce } from '../ip6/nd';
import { SLAB_NEIGH } from '../mem';
import { now } from '../sim/clock';
import { drain } from '../sim/loop';
import { slabTop } from '../sim/slab';
import { timerDel } from '../sim/timer';
import { isMapped, rdMapped } from '../wire/bytes';
import { arpAnnounce } from './arp';
import { confTime } from './conf';
import { neighFlush, neighWait } from './neigh';
import { Neigh, neigh6Find, neigh6Make, neighFind, neighMake, neighRecord, neighRemove, neighTell } from './neightab';

/** Sets an entry by hand. Equivalent: ip neigh replace IP lladdr MAC. @param ip16 16 bytes @returns 0 or -ENOBUFS */
export function neighSet(dev: u32, ip16: usize, mac: u64, permanent: bool): i32 {
  const v4 = isMapped(ip16);
  let i = v4 ? neighFind(dev, rdMapped(ip16)) : neigh6Make(dev, ip16);
  if (i == 0 && v4) i = neighMake(dev, rdMapped(ip16));
  if (i == 0) return -ENOBUFS;
  const n = Neigh.at(i);
  timerDel(n.timer);
  n.timer = 0;
  flowStale();
  n.mac = mac;
  n.updated = now();
  n.confirmed = now();
  n.state = permanent ? NUD_PERMANENT : NUD_REACHABLE;
  n.reachable = confTime(n.dev, CONF_BASE_REACHABLE_TIME);
  if (!permanent) neighWait(i, n.reachable);
  neighTell(i, NEV_NEIGH);
  neighFlush(i);
  drain();
  return 0;
}

/** Deletes an entry. @param ip16 16 bytes @returns 0 or -ENOENT */
export function neighDel(dev: u32, ip16: usize): i32 {
  const i = isMapped(ip16) ? neighFind(dev, rdMapped(ip16)) : neigh6Find(dev, ip16);
  if (i == 0) return -ENOENT;
  // It fails first, and goes then. @see Linux neigh_delete
  const n = Neigh.at(i);
  if (n.state != NUD_FAILED) {
    n.state = NUD_FAILED;
    neighTell(i, NEV_NEIGH);
  }
  neighRemove(i);
  return 0;
}

/**
 * Tells everybody on a link of an address of a device: a gratuitous ARP request, or an unsolicited advertisement.
 * @param ip16 16 bytes @returns 0 or -EINVAL
 */
export function announce(dev: u32, ip16: usize): i32 {
  if (isMapped(ip16)) arpAnnounce(dev, rdMapped(ip16));
  else if (!nd6Announce(dev, ip16)) return -EINVAL;
  drain();
  return 0;
}

/** Writes the entries of a namespace as NEIGH_X_* records, at most `room`. @returns how many */
export function neighDump(ns: u32, out: usize, room: u32): u32 {
  let count: u32 = 0;
  const top = slabTop(SLAB_NEIGH);
  for (let i: u32 = 1; i < top && count < room; i++) {
    const n = Neigh.at(i);
    if (!n.live || Dev.at(n.dev).ns != ns) continue;
    neighRecord(i, out + (count as usize) * NEIGH_X_SIZE);
    count++;
  }
  return count;
}
