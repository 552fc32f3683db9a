/**
 * What `ss -i` and `ss -o` add to a TCP socket's line, in iproute2's words.
 * Limits: the delivery rate is not estimated; nothing is said of busy times.
 * @see iproute2 misc/ss.c: tcp_stats_print, tcp_timer_print, print_ms_timer
 */
import type { CoreTcpInfo } from '../core/core.ts';
import { CONGESTION_CONTROLS } from '../kernel/sys.ts';

const TIMERS = ['off', 'on', 'keepalive', 'timewait', 'persist', 'on'];
/** No threshold yet. */
const SSTHRESH_SHOWN = 0xffff;

/** Six significant digits, as %g prints. */
function g(n: number): string {
  return String(Number(n.toPrecision(6)));
}

/** @param bps bits a second */
function rate(bps: number, numeric: boolean): string {
  if (numeric) return bps.toFixed(0);
  if (bps > 1e6) return `${(bps / 1e6).toFixed(1)}M`;
  return bps > 1e3 ? `${(bps / 1e3).toFixed(1)}K` : g(bps);
}

/** What fq would send by: twice the window in a round trip while it doubles, then a fifth more. @see Linux tcp_update_pacing_rate */
function pacing(t: CoreTcpInfo, numeric: boolean): string {
  if (!t.rtt) return '';
  const share = t.cwnd < Math.floor(t.ssthresh / 2) ? 2 : 1.2;
  const bytes = Math.floor((t.sndMss * Math.max(t.cwnd, t.unacked) * share * 1e6) / t.rtt);
  return ` pacing_rate ${rate(bytes * 8, numeric)}bps`;
}

/** `name:value` for each value that is not 0. */
function nonzero(pairs: readonly (readonly [string, number])[]): string {
  return pairs.map(([name, n]) => (n !== 0 ? ` ${name}:${g(n)}` : '')).join('');
}

/** The internal TCP information, each field with a blank before it. */
export function tcpInfoText(t: CoreTcpInfo, state: string, numeric: boolean): string {
  const flags = `${t.options & 1 ? ' ts' : ''}${t.options & 2 ? ' sack' : ''} ${CONGESTION_CONTROLS[t.congestion] ?? ''}`;
  if (state === 'LISTEN') return ` ${CONGESTION_CONTROLS[t.congestion] ?? ''} cwnd:10`;
  const scale = t.options & 4 ? ` wscale:${t.sndWscale},${t.rcvWscale}` : '';
  const backoff = t.backoff ? ` backoff:${t.backoff}` : '';
  const rtt = t.rtt ? ` rtt:${g(t.rtt / 1000)}/${g(t.rttvar / 1000)}` : '';
  const threshold = t.ssthresh < SSTHRESH_SHOWN ? ` ssthresh:${t.ssthresh}` : '';
  const send = t.rtt ? ` send ${rate((t.cwnd * t.sndMss * 8e6) / t.rtt, numeric)}bps` : '';
  return (
    `${flags}${scale} rto:${g(t.rto / 1000)}${backoff}${rtt}${t.ato ? ` ato:${g(t.ato / 1000)}` : ''}` +
    nonzero([
      ['mss', t.sndMss],
      ['pmtu', t.pmtu],
      ['rcvmss', t.rcvMss],
      ['advmss', t.advmss],
      ['cwnd', t.cwnd],
    ]) +
    threshold +
    nonzero([
      ['bytes_sent', t.bytesSent],
      ['bytes_retrans', t.bytesRetrans],
      ['bytes_acked', t.bytesAcked],
      ['bytes_received', t.bytesReceived],
      ['segs_out', t.segsOut],
      ['segs_in', t.segsIn],
      ['data_segs_out', t.dataSegsOut],
      ['data_segs_in', t.dataSegsIn],
    ]) +
    send +
    nonzero([
      ['lastsnd', t.lastSnd],
      ['lastrcv', t.lastRcv],
      ['lastack', t.lastAck],
    ]) +
    pacing(t, numeric) +
    nonzero([['delivered', t.delivered]]) +
    (t.appLimited ? ' app_limited' : '') +
    (t.unacked ? ` unacked:${t.unacked}` : '') +
    (t.retrans || t.totalRetrans ? ` retrans:${t.retrans}/${t.totalRetrans}` : '') +
    nonzero([
      ['lost', t.lost],
      ['sacked', t.sacked],
      ['dsack_dups', t.dsackDups],
    ]) +
    (t.reordering !== 3 ? ` reordering:${t.reordering}` : '') +
    nonzero([
      ['reord_seen', t.reordSeen],
      ['rcv_rtt', t.rcvRtt / 1000],
      ['rcv_space', t.rcvSpace],
      ['rcv_ssthresh', t.rcvSsthresh],
      ['notsent', t.notsent],
      ['minrtt', t.minRtt / 1000],
      ['rcv_ooopack', t.rcvOoopack],
      ['snd_wnd', t.sndWnd],
      ['rcv_wnd', t.rcvWnd],
    ])
  );
}

/** `1min59sec`, `39sec`, `204ms`, `1.204ms`. @param ms milliseconds */
function timerText(ms: number): string {
  let left = Math.max(0, Math.round(ms));
  const minutes = Math.floor(left / 60_000);
  left %= 60_000;
  let seconds = Math.floor(left / 1000);
  let rest = left % 1000;
  let out = '';
  if (minutes) {
    rest = 0;
    out = `${minutes}min`;
    if (minutes > 9) seconds = 0;
  }
  if (seconds) {
    if (seconds > 9) rest = 0;
    out += `${seconds}${rest ? '.' : 'sec'}`;
  }
  return rest ? `${out}${String(rest).padStart(3, '0')}ms` : out;
}

/** ` timer:(on,204ms,0)`, or nothing when none runs. */
export function tcpTimerText(t: CoreTcpInfo): string {
  if (t.timer === 0) return '';
  const count = t.timer === 2 ? t.probes : t.timer === 4 ? t.probes : t.retransmits;
  return ` timer:(${TIMERS[t.timer]},${timerText(t.timerNs / 1e6)},${count})`;
}
