/** Multicast groups as a namespace's administration shows them. */
import type { IpAddr } from '../../../base/ip.ts';

/** A group that an interface listens to. */
export interface Membership {
  readonly ifindex: number;
  readonly ip: IpAddr;
  /** How many want it: sockets, and the kernel itself. */
  readonly users: number;
}

/** What interfaces listen to. Equivalent: /proc/net/igmp, /proc/net/igmp6 */
export interface GroupAdmin {
  /** By interface, IPv4 before IPv6, newest first. */
  groups(): Membership[];
}
