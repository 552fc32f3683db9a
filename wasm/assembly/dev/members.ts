/** The devices of a namespace: a list by their indices. */
import { DEV_LOOPBACK } from '../../abi';
import { dstFlush } from '../ip/dst';
import { Dev } from './dev';
import { Ns } from './ns';

/** A device comes to a namespace. */
export function linkNs(i: u32, ns: u32): void {
  dstFlush();
  const d = Dev.at(i);
  const n = Ns.at(ns);
  d.ns = ns;
  d.nextInNs = n.devs;
  d.prevInNs = 0;
  if (n.devs != 0) Dev.at(n.devs).prevInNs = i;
  n.devs = i;
  if (d.kind == DEV_LOOPBACK) n.lo = i;
}

/** A device leaves its namespace. */
export function unlinkNs(i: u32): void {
  dstFlush();
  const d = Dev.at(i);
  const n = Ns.at(d.ns);
  if (n.lo == i) n.lo = 0;
  if (d.prevInNs == 0) n.devs = d.nextInNs;
  else Dev.at(d.prevInNs).nextInNs = d.nextInNs;
  if (d.nextInNs != 0) Dev.at(d.nextInNs).prevInNs = d.prevInNs;
}
