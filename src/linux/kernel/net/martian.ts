/**
 * The kernel's lines about packets whose addresses cannot be (net.ipv4.conf.*.log_martians), and how many it writes.
 * @see Linux net/ipv4/route.c: ip_handle_martian_source; net/core/utils.c: net_ratelimit; lib/ratelimit.c
 */
import { type CoreLog, LOG_MARTIAN_SRC } from '../../core/core.ts';

/** net.core.message_cost, ns, and message_burst. */
const INTERVAL = 5e9;
const BURST = 10;

const ip = (b: Uint8Array): string => b.join('.');

/** What one kernel still writes of messages that the network may cause. */
export class NetRatelimit {
  #begin: number | undefined;
  #printed = 0;
  #missed = 0;

  /** @param now virtual ns @returns undefined: say nothing; else what is to be said first */
  allow(now: number): string[] | undefined {
    this.#begin ??= now;
    const first: string[] = [];
    if (now > this.#begin + INTERVAL) {
      if (this.#missed > 0) first.push(`net_ratelimit: ${this.#missed} callbacks suppressed`);
      this.#begin = now;
      this.#printed = this.#missed = 0;
    }
    if (this.#printed < BURST) {
      this.#printed++;
      return first;
    }
    this.#missed++;
    return undefined;
  }
}

/** Lines about one martian. @param log a record of the core without a rule @param dev name of the device it came by */
export function martianLines(log: CoreLog, dev: string): string[] {
  const [src, dst] = [ip(log.packet.subarray(0, 4)), ip(log.packet.subarray(4, 8))];
  if (log.hook !== LOG_MARTIAN_SRC) return [`IPv4: martian destination ${dst} from ${src}, dev ${dev}`];
  const link = [...log.link].map((b) => b.toString(16).padStart(2, '0')).join(' ');
  return [
    `IPv4: martian source ${dst} from ${src}, on dev ${dev}`,
    ...(link === '' ? [] : [`ll header: 00000000: ${link}`]),
  ];
}
