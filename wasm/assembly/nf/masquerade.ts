/**
 * Connections that masquerade are forgotten when the device they leave by goes down, or the address goes they have
 * taken: what comes next gets the new one.
 * @see Linux net/netfilter/nf_nat_masquerade.c: masq_device_event, masq_inet_event
 */
import { IPS_CONFIRMED } from '../../abi';
import { CONN_CAP, Sim } from '../mem';
import { rdMapped } from '../wire/bytes';
import { Conn, connKill, T_DST, tupleOf } from './conn';
import { TcpLast } from './context';

/** @param ip the address that went, 0: the device went down */
export function masqueradeGone(dev: u32, ip: u32): void {
  if (Sim.at().conns == 0) return;
  for (let i: u32 = 1; i < CONN_CAP; i++) {
    const c = Conn.at(i);
    if (c.ns == 0 || !(c.status & IPS_CONFIRMED) || TcpLast.at(i).masquerade != dev) continue;
    if (ip == 0 || rdMapped(tupleOf(i, 1) + T_DST) == ip) connKill(i);
  }
}
