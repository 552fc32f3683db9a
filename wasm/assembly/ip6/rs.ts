/**
 * Router solicitations: a host asks for routers when its link-local address has become good, and again after 4 s,
 * about twice that, and so on up to an hour. A router (forwarding) does not ask.
 * @see Linux net/ipv6/addrconf.c: addrconf_rs_timer; RFC 4861 §6.3.7, RFC 7559
 */
import { DEV_LOOPBACK, TIMER_RS6 } from '../../abi';
import { Dev } from '../dev/dev';
import { rngBelow } from '../sim/rng';
import { timerAddWheel, timerDel } from '../sim/timer';
import { addr6LinkLocal } from './addr';
import { Idev } from './idev';
import { ndSendRs } from './ndsend';

/** net.ipv6.conf.*.router_solicitation_interval and _max_interval, ms. */
const FIRST: u32 = 4000;
const LONGEST: u32 = 3_600_000;

/** A time times 0.9 … 1.1. @see RFC 3315 §14, Linux rfc3315_s14_backoff_init */
function first(ms: u32): u32 {
  return ms - ms / 10 + rngBelow(ms / 5 + 1);
}

/** The next time: times 1.9 … 2.1, up to the longest. @see Linux rfc3315_s14_backoff_update */
function longer(ms: u32): u32 {
  const next = ms * 2 - ms / 10 + rngBelow(ms / 5 + 1);
  return next > LONGEST ? first(LONGEST) : next;
}

function wait(dev: u32): void {
  const d = Idev.at(dev);
  d.rsTimer = timerAddWheel((d.rsInterval as u64) * 1_000_000, TIMER_RS6, dev);
}

/** Begins to ask, if this device is a host's and has a link-local address. */
export function rsStart(dev: u32): void {
  const d = Idev.at(dev);
  const asks = d.forwarding ? d.acceptRa == 2 : d.acceptRa != 0;
  if (!d.ready || !asks || d.rtrSolicits == 0 || Dev.at(dev).kind == DEV_LOOPBACK) return;
  const own = addr6LinkLocal(dev);
  if (own == 0) return;
  rsStop(dev);
  ndSendRs(dev, own);
  d.rsSent = 1;
  d.rsInterval = first(FIRST);
  wait(dev);
}

/** Asks no more. */
export function rsStop(dev: u32): void {
  const d = Idev.at(dev);
  timerDel(d.rsTimer);
  d.rsTimer = 0;
}

/** Nobody answered: asks again. */
export function rsTimer(dev: u32): void {
  const d = Idev.at(dev);
  d.rsTimer = 0;
  const own = addr6LinkLocal(dev);
  if (!d.ready || own == 0 || d.rsSent >= d.rtrSolicits) return;
  ndSendRs(dev, own);
  d.rsSent++;
  d.rsInterval = longer(d.rsInterval);
  wait(dev);
}
