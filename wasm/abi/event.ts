/** Kinds of core events, readiness bits (EventKind, Ready of core.ts). */

export const EVENT_SOCK = 1;
export const EVENT_CAPTURE = 2;
export const EVENT_CARRIER = 3;
export const EVENT_LOG = 4;
export const READY_IN = 1;
export const READY_OUT = 4;
export const READY_ERR = 8;
export const READY_HUP = 16;
export const READY_RDHUP = 32;
/** A log event's code: nf LOG target; b = log handle of the rule, c = packet identity. */
export const LOG_RULE = 1;
/** A log event's code: the conntrack table is full. */
export const LOG_CT_FULL = 2;
