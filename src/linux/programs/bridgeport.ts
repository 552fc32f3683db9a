/** A port of a bridge, as `ip`, `bridge` and `brctl` tell of it. Limits: STP is off. */
import type { Link, NetAdmin } from '../kernel/netadmin.ts';

/** A port forwards as long as it is up. */
export const portState = (l: Link): string => (l.up && l.carrier ? 'forwarding' : 'disabled');

/** Number of a port on its bridge, from 1. */
export function portNo(net: NetAdmin, port: Link): number {
  const ports = net.links().filter((l) => l.master === port.master);
  return ports.findIndex((l) => l.ifindex === port.ifindex) + 1;
}
