/**
 * What happens to neighbours and forwarding entries, for those who listen: events wait in a ring while somebody does;
 * what finds no room is counted.
 * Limits: a forwarding entry whose time is over goes without one, when its room is needed.
 * @see Linux net/core/neighbour.c: __neigh_notify; net/bridge/br_fdb.c: fdb_notify
 */
import { EVENT_NET, NEV_X_NS, NEV_X_RECORD, NEV_X_TIME, NEV_X_TYPE } from '../../abi';
import { NEV_BASE, NEV_CAP, NEV_REC, Sim } from '../mem';
import { now } from './clock';
import { eventPush } from './ring';

/** Somebody listens: one more, one less. */
export function netWatch(by: i32): void {
  Sim.at().nevWatch += by as u32;
}

/** Notes an event. @param what NEV_* @returns where its record is to be written, 0: nobody listens, or there is no room */
export function netTell(what: u32, ns: u32): usize {
  const s = Sim.at();
  if (s.nevWatch == 0) return 0;
  if (s.nevCount == NEV_CAP) {
    s.nevLost++;
    return 0;
  }
  const at = NEV_BASE + (((s.nevHead + s.nevCount) % NEV_CAP) as usize) * NEV_REC;
  s.nevCount++;
  store<u32>(at, what, NEV_X_TYPE);
  store<u32>(at, ns, NEV_X_NS);
  store<f64>(at, now() as f64, NEV_X_TIME);
  eventPush(EVENT_NET, ns, 0, 0);
  return at + NEV_X_RECORD;
}

/** Takes the oldest event. @returns its address (NEV_X_*), valid until the next packet; 0 when there is none */
export function netNext(): usize {
  const s = Sim.at();
  if (s.nevCount == 0) return 0;
  const at = NEV_BASE + (s.nevHead as usize) * NEV_REC;
  s.nevHead = (s.nevHead + 1) % NEV_CAP;
  s.nevCount--;
  return at;
}
