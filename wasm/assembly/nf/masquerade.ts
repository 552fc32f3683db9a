/**
 * Connections that masquerade are forgotten when the device they leave by goes down, or the address goes they have
 * taken: what comes next gets the new one.
 * @see Linux net/netfilter/nf_nat_masquerade.c: masq_device_event, masq_inet_event
 */
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { rdMapped } from '../wire/bytes';
import { Conn, connKill, T_DST, tupleOf } from './conn';
import { TcpLast } from './context';

/** @param ip the address that went, 0: the device went down */
export function masqueradeGone(dev: u32, ip: u32): void {
  let i = Ns.at(Dev.at(dev).ns).connHead;
  while (i != 0) {
    const next = Conn.at(i).nsNext;
    const fits = TcpLast.at(i).masquerade == dev && (ip == 0 || rdMapped(tupleOf(i, 1) + T_DST) == ip);
    if (fits) connKill(i);
    i = next;
  }
}
