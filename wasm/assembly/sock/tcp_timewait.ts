/**
 * TIME_WAIT: segments that come late, and new connections that may take its place.
 * @see RFC 9293 §3.6.1, RFC 6191, Linux net/ipv4/tcp_minisocks.c: tcp_timewait_state_process, tcp_ipv4.c: tcp_twsk_unique
 */
import { SNMP_X_ACK_SKIPPED_PAWS, SNMP_X_PAWS_ESTAB, SNMP_X_TW_RECYCLED, TCPKEY_RFC1337, TCPKEY_TW_REUSE } from '../../abi';
import { isV4, listenerFind, v4Of } from './demux';
import { nowNs } from './glue';
import { after } from './seq';
import { Segment, TH_ACK, TH_RST, TH_SYN, segLength } from './segment';
import { F_TS, Sock } from './table';
import { WAIT, tcpDone } from './tcp_close';
import { pawsRejects, tooOften, tsTake } from './tcp_input';
import { snmpInc, tcpKey } from './tcpnet';
import { sendAck } from './tcp_output';
import { rtxArm } from './tcp_timer';

/** A segment for a connection in TIME_WAIT. @returns false when the segment goes on to the listener */
export function timeWaitInput(s: Sock, g: Segment): bool {
  const rst = (g.flags & TH_RST) != 0;
  const old = pawsRejects(s, g);
  if (!old && g.seq == s.rcvNxt && (segLength(g) == 0 || rst)) {
    if (rst) {
      if (tcpKey(s.ns, TCPKEY_RFC1337) == 0) tcpDone(s);
      return true;
    }
    rtxArm(s, WAIT);
    tsTake(s, g);
    return true;
  }
  if (g.flags & TH_SYN && !rst && !(g.flags & TH_ACK) && !old) {
    const newer = after(g.seq, s.rcvNxt) || ((s.flags & F_TS) != 0 && g.hasTs != 0 && <i32>(s.tsRecent - g.tsVal) < 0);
    if (newer && listenerFind(g.ns, g.l0, g.l1, g.lport, g.r0, g.r1, g.rport, g.dev) != 0) {
      g.isn = max<u32>(s.sndNxt + 65537, 1);
      tcpDone(s);
      return false;
    }
  }
  if (old) snmpInc(s.ns, SNMP_X_PAWS_ESTAB);
  if (rst) return true;
  if (old || g.flags & TH_ACK) rtxArm(s, WAIT);
  if (!tooOften(s, g, SNMP_X_ACK_SKIPPED_PAWS)) sendAck(s);
  return true;
}

/**
 * Whether a connect may take the tuple of a TIME_WAIT (net.ipv4.tcp_tw_reuse); then that one is gone.
 * @returns the initial sequence number for the new connection, 0: it may not
 */
export function timeWaitReuse(s: Sock): u32 {
  const mode = tcpKey(s.ns, TCPKEY_TW_REUSE);
  if (mode == 0 || !(s.flags & F_TS)) return 0;
  if (mode == 2 && !(isV4(s.r0, s.r1) ? v4Of(s.r1) >> 24 == 127 : s.l0 == s.r0 && s.l1 == s.r1)) return 0;
  if (((nowNs() / 1000000000) as u32) <= s.tsRecentAt + 1) return 0;
  const isn = max<u32>(s.sndNxt + 65537, 1);
  snmpInc(s.ns, SNMP_X_TW_RECYCLED);
  tcpDone(s);
  return isn;
}
