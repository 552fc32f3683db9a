/**
 * The round-trip estimator and the retransmission timeout, in microseconds with Linux's scaling.
 * @see RFC 6298, RFC 7323 §4, Linux tcp_input.c: tcp_rtt_estimator, tcp_ack_update_rtt, tcp_update_rtt_min
 */
import { TCPKEY_RTO_MIN_US } from '../../abi';
import { nowNs } from './glue';
import { after } from './seq';
import { Sock } from './table';
import { tcpKey } from './tcpnet';

export const SECOND: i64 = 1000000000;
export const RTO_MAX: i64 = 120 * SECOND;
/** How long the least round trip holds (tcp_min_rtt_wlen). */
const MIN_RTT_LIFE: i64 = 300 * SECOND;

/** Takes a measure. @param us µs, 0 is taken for 1 */
export function rttSample(s: Sock, us: u32): void {
  const rttMin = tcpKey(s.ns, TCPKEY_RTO_MIN_US);
  let m: i64 = max<u32>(us, 1) as i64;
  if (s.srtt != 0) {
    m -= (s.srtt >> 3) as i64;
    s.srtt = ((s.srtt as i64) + m) as u32;
    if (m < 0) {
      m = -m;
      m -= (s.mdev >> 2) as i64;
      // A shorter round trip than usual says less of the variance. @see Linux: "similar to Eifel"
      if (m > 0) m >>= 3;
    } else m -= (s.mdev >> 2) as i64;
    s.mdev = ((s.mdev as i64) + m) as u32;
    if (s.mdev > s.mdevMax) {
      s.mdevMax = s.mdev;
      if (s.mdevMax > s.rttvar) s.rttvar = s.mdevMax;
    }
    if (after(s.sndUna, s.rttSeq)) {
      if (s.mdevMax < s.rttvar) s.rttvar -= (s.rttvar - s.mdevMax) >> 2;
      s.rttSeq = s.sndNxt;
      s.mdevMax = rttMin;
    }
  } else {
    s.srtt = (m << 3) as u32;
    s.mdev = (m << 1) as u32;
    s.rttvar = max(s.mdev, rttMin);
    s.mdevMax = s.rttvar;
    s.rttSeq = s.sndNxt;
  }
  s.srtt = max<u32>(s.srtt, 1);
  rtoSet(s);
}

/** The timeout of what was measured, without backoff, in whole milliseconds (ticks). @see Linux __tcp_set_rto */
export function rtoSet(s: Sock): void {
  s.backoff = 0;
  if (s.srtt == 0) s.rto = SECOND;
  else s.rto = min((((s.srtt >> 3) as i64 + (s.rttvar as i64) + 999) / 1000) * 1000000, RTO_MAX);
}

/** The least round trip of the last five minutes, µs; ~0 before the first. */
export function minRtt(s: Sock): u32 {
  return s.minRttAt == 0 ? 0xffffffff : s.minRtt;
}

export function minRttSample(s: Sock, us: u32): void {
  const now = nowNs();
  if (s.minRttAt != 0 && us > s.minRtt && now - s.minRttAt < MIN_RTT_LIFE) return;
  s.minRtt = us;
  s.minRttAt = now;
}
