/** Kinds of core events, readiness bits (EventKind, Ready of core.ts). */

export const EVENT_SOCK = 1;
export const EVENT_CAPTURE = 2;
export const EVENT_CARRIER = 3;
export const EVENT_LOG = 4;
export const EVENT_RA = 5;
export const EVENT_NET = 6;
export const EVENT_ADDR6 = 7;
export const READY_IN = 1;
export const READY_OUT = 4;
export const READY_ERR = 8;
export const READY_HUP = 16;
export const READY_RDHUP = 32;
/** A log event's code: nf LOG target; b = log handle of the rule, c = packet identity. */
export const LOG_RULE = 1;
/** A log event's code: the conntrack table is full. */
export const LOG_CT_FULL = 2;
/** A log event's code: something happened to a connection of a namespace that is watched. */
export const LOG_CT_EVENT = 3;
/** A log event's code in the low byte, the device above it; b = source, c = destination, IPv4 numbers. */
export const LOG_MARTIAN_SRC = 16;
export const LOG_MARTIAN_DST = 17;
/** As LOG_MARTIAN_SRC: a host ignores redirects; a packet with a source route. */
export const LOG_REDIRECTS_IGNORED = 18;
export const LOG_SOURCE_ROUTE = 19;
