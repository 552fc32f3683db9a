/** Queueing disciplines, and their records as they cross (qdiscSet, qdiscDump): QDISC_X_SIZE bytes. */

export const QDISC_NETEM = 1;
export const QDISC_TBF = 2;
/** Limit in packets, in bytes. */
export const QDISC_PFIFO = 3;
export const QDISC_BFIFO = 4;

/** QDISC_* */
export const QDISC_X_KIND = 0;
/** Major << 16. */
export const QDISC_X_HANDLE = 4;
/** Handle of the class it hangs on; 0xffffffff: the root. */
export const QDISC_X_PARENT = 8;
/** Packets (netem, pfifo) or bytes (tbf, bfifo). */
export const QDISC_X_LIMIT = 12;
/** f64 each: bytes and packets sent, dropped, over limits, requeued; bytes and packets that wait. */
export const QDISC_X_STATS = 16;
/** tbf: bytes of the bucket, of the peak's bucket; f64 rates, bytes/s. */
export const QDISC_X_BURST = 72;
export const QDISC_X_MTU = 76;
export const QDISC_X_RATE = 80;
export const QDISC_X_PEAK = 88;
/** netem: f64 ns. */
export const QDISC_X_DELAY = 96;
export const QDISC_X_JITTER = 104;
/** netem: probabilities of 32 bits and their correlations, pairs: delay (correlation only), loss, duplicate, reorder, corrupt. */
export const QDISC_X_DELAY_CORR = 112;
export const QDISC_X_LOSS = 116;
export const QDISC_X_LOSS_CORR = 120;
export const QDISC_X_DUP = 124;
export const QDISC_X_DUP_CORR = 128;
export const QDISC_X_REORDER = 132;
export const QDISC_X_REORDER_CORR = 136;
export const QDISC_X_CORRUPT = 140;
export const QDISC_X_CORRUPT_CORR = 144;
export const QDISC_X_GAP = 148;
/** netem's rate: bytes of overhead a packet (signed), bytes of a cell, of overhead a cell. */
export const QDISC_X_OVERHEAD = 152;
export const QDISC_X_CELL = 156;
export const QDISC_X_CELL_OVERHEAD = 160;
/** netem: DIST_*. */
export const QDISC_X_DIST = 164;
/** netem: LOSS_*, and the five probabilities of its chain. */
export const QDISC_X_MODEL = 168;
export const QDISC_X_CHAIN = 172;
/** netem: u64 seed of its generator. */
export const QDISC_X_SEED = 192;
export const QDISC_X_SIZE = 200;
export const QDISC_ROOT = 0xffffffff;

/** Loss: every packet by itself (with correlation), a chain of four states, Gilbert-Elliott. */
export const LOSS_RANDOM = 0;
export const LOSS_STATES = 1;
export const LOSS_GEMODEL = 2;
