/** What tc knows of a kind of queueing discipline. */
import type { QdiscSettings } from '../../kernel/netadmin.ts';
import type { Words } from '../ip/args.ts';

/** A discipline's options are wrong: tc prints this to standard error and exits with 1. */
export class Refusal extends Error {}

/** Equivalent: struct qdisc_util */
export interface QdiscKind {
  /** Reads its options. @throws Refusal */
  parse(words: Words): QdiscSettings;
  /** What `show` prints behind the common part. */
  text(settings: QdiscSettings, details: boolean): string;
  /** `options` of -j. */
  json(settings: QdiscSettings): Record<string, unknown>;
}
