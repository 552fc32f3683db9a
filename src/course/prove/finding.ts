/** What the prover finds. */
export interface Finding {
  /** False: a fault. */
  readonly ok: boolean;
  readonly what: string;
  /** Where to look when it is a fault. */
  readonly file?: string;
  readonly line?: number;
  /** What a part of the solution printed, when its step did not pass. */
  readonly detail?: string;
}
