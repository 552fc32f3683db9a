/** What captures say: sll_pkttype, and the record of a captured frame. */

export const PKT_HOST = 0;
export const PKT_BROADCAST = 1;
export const PKT_MULTICAST = 2;
export const PKT_OTHERHOST = 3;
export const PKT_OUTGOING = 4;

// a captured frame (captureRead leaves its address): header, then `caplen` bytes
/** f64 ns. */
export const FRAME_TIME = 0;
export const FRAME_DEV = 8;
export const FRAME_PKTTYPE = 12;
export const FRAME_LENGTH = 16;
export const FRAME_CAPLEN = 20;
export const FRAME_PACKET = 24;
/** Bytes from this record to the next; the ring's own. */
export const FRAME_STRIDE = 28;
export const FRAME_HEADER = 32;
