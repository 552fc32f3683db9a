/**
 * The TypeScript face of the packet core (wasm/): typed calls, integers and short byte strings only. Objects are
 * small indices: a namespace (ns), a device (dev, unique in the core; Linux's ifindex per namespace is kept by the
 * kernel), a chain, a rule, a socket. Errors are negative Linux errno numbers.
 *
 * The core keeps the lab's one clock: `now()`. A call that sends a packet carries it at once through every
 * zero-latency hop (each hop adds a little virtual time), so events may be waiting when the call returns: the
 * kernel drains them with `events()`.
 */

import type { DevicesCore } from './contract/dev.ts';
import type { IpCore } from './contract/ip.ts';
import type { IpvsCore } from './contract/ipvs.ts';
import type { NetfilterCore } from './contract/nf.ts';
import type { SeeingCore } from './contract/seeing.ts';
import type { SocketsCore } from './contract/sock.ts';
import type { TimeCore } from './contract/time.ts';

export * from './contract/base.ts';
export * from './contract/dev.ts';
export * from './contract/ip.ts';
export * from './contract/ipvs.ts';
export * from './contract/nf.ts';
export * from './contract/seeing.ts';
export * from './contract/sock.ts';
export * from './contract/time.ts';
export type { Counters } from './snmp.ts';
export type { CoreTcpInfo } from './tcp-info.ts';

/** A loaded core. One for the whole lab: all machines live in it. */
export interface Core extends TimeCore, DevicesCore, IpCore, NetfilterCore, IpvsCore, SocketsCore, SeeingCore {}
