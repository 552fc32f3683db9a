/** A record of the trace, and what it may say. */

/** f64 ns. */
export const TR_TIME = 0;
export const TR_PACKET = 8;
/** u16. */
export const TR_WHAT = 12;
/** u16. */
export const TR_NS = 14;
export const TR_DEV = 16;
export const TR_A = 20;
export const TR_B = 24;
export const TR_C = 28;
export const TR_SIZE = 32;

/** What a trace record says; a, b, c as told. Addresses are IPv4 numbers. */
/** Received by a device; a = pkttype, b = length, c = ethertype. */
export const TRACE_DEV_IN = 1;
/** Handed to a device; a = length, c = ethertype. */
export const TRACE_DEV_OUT = 2;
/** A hook is entered; a = hook, b = in device, c = out device. */
export const TRACE_HOOK = 3;
/** A rule matched; a = chain handle, b = rule handle, c = target. */
export const TRACE_RULE = 4;
/** A built-in chain's policy decided; a = chain handle, b = verdict. */
export const TRACE_POLICY = 5;
/** Route chosen; a = destination, b = next hop, c = type; dev = out device. */
export const TRACE_ROUTE = 6;
/** Bridge looked the destination up; a = port (0: flood, the bridge itself: up), b, c = MAC high 16 and low 32 bits. */
export const TRACE_FDB = 7;
/** Source rewritten; a = old, b = new address, c = old port << 16 | new port. */
export const TRACE_SNAT = 8;
/** Destination rewritten; as TRACE_SNAT. */
export const TRACE_DNAT = 9;
/** Dropped; a = reason (DROP_*). */
export const TRACE_DROP = 10;
/** Handed to a socket; a = socket, b = protocol. */
export const TRACE_SOCK = 11;
/** Neighbour wanted; a = address, b = state. */
export const TRACE_NEIGH = 12;
/** Connection tracked; a = connection, b = CT_* bit, c = direction. */
export const TRACE_CT = 13;
/** Created: sent by a socket or the stack; a = protocol, b = source, c = destination. */
export const TRACE_NEW = 14;
/** Broadcast or unknown: one copy to a port; a = port. */
export const TRACE_FLOOD = 15;
/** Put into VXLAN; a = VNI, b = destination, c = source port << 16 | destination port. */
export const TRACE_ENCAP = 24;
/** Taken out of VXLAN; a = VNI, b = source; dev = the VXLAN device. */
export const TRACE_DECAP = 25;
/** Queued by a discipline; a = QDISC_*, b = bytes that wait, c = time until it is due, µs (0: not known). */
export const TRACE_QUEUE = 26;
/** IPVS gave a packet to a server; a = service, b = server's address, c = port << 1 | 1 when it began a connection. */
export const TRACE_IPVS = 32;
/** The mark changed; a = old, b = new. */
export const TRACE_MARK = 33;
