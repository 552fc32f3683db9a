/**
 * How often, and how far apart, a container's addresses are announced when it comes to a network (gratuitous ARP,
 * unsolicited neighbour advertisements).
 * @see moby libnetwork/network_unix.go: validatedAdvertiseAddrNMsgs; osl/interface_linux.go: advertiseAddrs
 */
import { MS, SECOND } from '../../base/clock.ts';
import { Failure } from '../errdefs.ts';

const COUNT = 'com.docker.network.advertise_addr_nmsgs';
const INTERVAL = 'com.docker.network.advertise_addr_ms';
const MAX_COUNT = 3;
const [MIN_MS, MAX_MS] = [100, 2000];

export interface Announcements {
  readonly count: number;
  /** ns */
  readonly interval: number;
}

/** What a network's options say; they are right. */
export function announcements(options: Readonly<Record<string, string>>): Announcements {
  const [count, ms] = [options[COUNT], options[INTERVAL]];
  return {
    count: count === undefined ? MAX_COUNT : Number(count),
    interval: ms === undefined ? SECOND : Number(ms) * MS,
  };
}

/** Why they are wrong. */
export function wrongAnnouncements(options: Readonly<Record<string, string>>): Failure | undefined {
  return (
    wrong(options, COUNT, 'an integer', 0, MAX_COUNT) ??
    wrong(options, INTERVAL, 'integer milliseconds', MIN_MS, MAX_MS)
  );
}

function wrong(
  options: Readonly<Record<string, string>>,
  name: string,
  kind: string,
  min: number,
  max: number,
): Failure | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  if (!/^[+-]?\d+$/.test(text))
    return new Failure('system', `value for option ${name} ${JSON.stringify(text)} must be ${kind}`);
  const value = Number(text);
  return value < min || value > max
    ? new Failure('system', `${name} must be in the range ${min} to ${max}`)
    : undefined;
}
