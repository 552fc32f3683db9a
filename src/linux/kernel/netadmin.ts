/**
 * Network administration of one namespace: what rtnetlink, nfnetlink and the sysctl files do. `ip`, `bridge`,
 * `iptables`, `conntrack`, `ss` read and write it, and so do libnetwork's drivers.
 */

import type { IpvsAdmin } from './ipvs.ts';
import type { AddressAdmin } from './netadmin/address.ts';
import type { ConntrackAdmin } from './netadmin/conntrack.ts';
import type { GroupAdmin } from './netadmin/group.ts';
import type { LinkAdmin } from './netadmin/link.ts';
import type { NeighAdmin } from './netadmin/neigh.ts';
import type { QdiscAdmin } from './netadmin/qdisc.ts';
import type { RouteAdmin } from './netadmin/route.ts';
import type { RuleAdmin } from './netadmin/rule.ts';
import type { SocketAdmin } from './netadmin/sockinfo.ts';

export * from './netadmin/address.ts';
export * from './netadmin/conntrack.ts';
export * from './netadmin/event.ts';
export * from './netadmin/group.ts';
export * from './netadmin/link.ts';
export * from './netadmin/neigh.ts';
export * from './netadmin/qdisc.ts';
export * from './netadmin/route.ts';
export * from './netadmin/rule.ts';
export * from './netadmin/sockinfo.ts';

/** All operations on one namespace. */
export interface NetAdmin
  extends LinkAdmin,
    AddressAdmin,
    RouteAdmin,
    NeighAdmin,
    GroupAdmin,
    QdiscAdmin,
    RuleAdmin,
    ConntrackAdmin,
    SocketAdmin,
    IpvsAdmin {}

/** The same namespace but for some operations. */
export const instead = (admin: NetAdmin, some: Partial<NetAdmin>): NetAdmin =>
  Object.assign(Object.create(admin) as NetAdmin, some);
