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

/** What a trace record says; a, b, c as told. Addresses are IPv4 numbers; of IPv6 packets see TRACE_IN6. */
/** Received by a device; a = pkttype, b = length, c = ethertype. */
export const TRACE_DEV_IN = 1;
/** Handed to a device; a = length, c = ethertype. */
export const TRACE_DEV_OUT = 2;
/** A hook is entered; a = hook, 0x100 more when a bridge asked (br_netfilter); b = in device, c = out device. */
export const TRACE_HOOK = 3;
/** A rule matched; a = chain handle, b = rule handle, c = target. */
export const TRACE_RULE = 4;
/** A built-in chain's policy decided; a = chain handle, b = verdict. */
export const TRACE_POLICY = 5;
/** Route chosen; a = destination, b = next hop, c = type | prefix length << 8 | table << 16; dev = out device. */
export const TRACE_ROUTE = 6;
/**
 * Bridge looked the destination up; a = port (0: flood, the bridge itself: up), b, c = MAC high 16 and low 32 bits;
 * b has above them the port it came in by (0: the machine itself).
 */
export const TRACE_FDB = 7;
/** Source rewritten; a = old, b = new address, c = old port << 16 | new port. */
export const TRACE_SNAT = 8;
/** Destination rewritten; as TRACE_SNAT. */
export const TRACE_DNAT = 9;
/** Dropped; a = reason (DROP_*). */
export const TRACE_DROP = 10;
/** Handed to a socket; a = socket (raw: how many, protocol alone tells), b = protocol, c = SOCK_TO_*. */
export const TRACE_SOCK = 11;
/** Neighbour wanted; a = address, b = state | MAC's high 16 bits << 16, c = MAC's low 32 bits. */
export const TRACE_NEIGH = 12;
/** Connection tracked; a = connection, b = CT_* bit, c = direction. */
export const TRACE_CT = 13;
/** Created: sent by a socket or the stack; a = protocol, b = source, c = destination. */
export const TRACE_NEW = 14;
/** Broadcast or unknown: one copy to a port; a = port, b = 0, or why not: 1 both are isolated, 2 it is down. */
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

/** Made because of another packet: an answer, an error, a request for its neighbour; a = that packet. */
export const TRACE_PARENT = 64;
/**
 * What the fresh packet carries. TCP: a = source port << 16 | destination port, b = flags | bytes of data << 8; UDP: b =
 * bytes of data << 8; ICMP: a = identifier << 16 | sequence, b = type << 8 | code. c = socket it was sent by, 0: none.
 */
export const TRACE_L4 = 65;
/** Forwarded: a = TTL it goes on with. */
export const TRACE_TTL = 66;
/** It belongs to no connection; a = 1 invalid, 2 NOTRACK. */
export const TRACE_CT_NONE = 67;
/** Its new connection entered the table; a = connection. */
export const TRACE_CT_CONFIRM = 68;
/** No route, or one that forbids; a = destination, b = errno. */
export const TRACE_NO_ROUTE = 69;
/** It waited for a neighbour, which answered; a = address, b, c = MAC high 16 and low 32 bits. */
export const TRACE_NEIGH_DONE = 70;
/** An ARP message was made; a = operation, b = sender's, c = target's address. */
export const TRACE_ARP = 71;
/** An ARP message was read; a = operation | ARP_* << 8, b = sender's, c = target's address. */
export const TRACE_ARP_IN = 72;
/** A fragment waits for the rest; a = offset, b = bytes, c = 0: to be delivered, else for conntrack. */
export const TRACE_FRAG_WAIT = 73;
/** The datagram is whole, and goes on as this packet; a = bytes with its header. */
export const TRACE_FRAG_WHOLE = 74;
/** This fragment became part of a datagram that goes on as packet a. */
export const TRACE_MERGED = 75;
/** Cut: this piece goes on; a = offset, b = bytes with its header, c = the most a piece may have. */
export const TRACE_FRAGMENT = 76;
/** A bridge learned where the sender is; a = port, b, c = MAC high 16 and low 32 bits. */
export const TRACE_LEARN = 77;
/** The machine read an ICMP message; a = type << 8 | code, b = ICMP_* (what came of it), c = 6: ICMPv6. */
export const TRACE_ICMP_IN = 78;
/** A user-defined chain ended without a verdict; a = the chain. */
export const TRACE_RETURN = 79;
/** The device has no other end: the frame is gone. */
export const TRACE_VOID = 80;
/** A packet that was under way fits a filter, and is traced from here on; as TRACE_NEW. TRACE_L4 follows. */
export const TRACE_PICKED = 82;

/**
 * An IPv6 address of the record that follows, which has 0 in its place; one for each, in the order of its words.
 * Its 16 bytes as four numbers are dev, a, b, c.
 */
export const TRACE_IN6 = 83;

/** TRACE_SOCK: a connection, a listener, a datagram socket, raw sockets; nobody (TCP resets). */
export const SOCK_TO_CONN = 1;
export const SOCK_TO_LISTENER = 2;
export const SOCK_TO_DATAGRAM = 3;
export const SOCK_TO_RAW = 4;
export const SOCK_TO_NONE = 5;

/** TRACE_ARP_IN: of no concern; answered; the sender's entry brought up to date. */
export const ARP_IGNORED = 0;
export const ARP_ANSWERED = 1;
export const ARP_LEARNED = 2;

/** TRACE_ICMP_IN: of no concern; echo answered; the sockets it is about were told; for whoever waits (echo reply). */
export const ICMP_IGNORED = 0;
export const ICMP_ANSWERED = 1;
export const ICMP_TOLD = 2;
export const ICMP_REPLY = 3;
/** Neighbour discovery has read it. */
export const ICMP_READ = 4;

/** What is traced. */
export const TRACE_OFF = 0;
export const TRACE_ALL = 1;
/** What fits one of the filters, and what is made because of it. */
export const TRACE_SOME = 2;

/** Filters, each a conjunction of the matches that TF_WHAT names; words are u32. */
export const TRACE_FILTERS = 4;
export const TF_WHAT = 0;
export const TF_NS = 4;
export const TF_DEV = 8;
/** Ethertype. */
export const TF_ETHER = 12;
/** Transport protocol. */
export const TF_PROTO = 16;
/** Either port, the source's, the destination's. */
export const TF_PORT = 20;
export const TF_SPORT = 24;
export const TF_DPORT = 28;
/** Either address, the source, the destination: 16 bytes of value and 16 of mask, IPv4 as ::ffff:a.b.c.d. */
export const TF_HOST = 32;
export const TF_SRC = 64;
export const TF_DST = 96;
export const TF_SIZE = 128;

export const TF_HAS_NS = 1;
export const TF_HAS_DEV = 2;
export const TF_HAS_ETHER = 4;
export const TF_HAS_PROTO = 8;
export const TF_HAS_HOST = 16;
export const TF_HAS_SRC = 32;
export const TF_HAS_DST = 64;
export const TF_HAS_PORT = 128;
export const TF_HAS_SPORT = 256;
export const TF_HAS_DPORT = 512;
