/** What ends a build. */

/** Lines of a Dockerfile, the first is 1; both are part of it. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What is wrong, where, and with which exit code. */
export class BuildFault extends Error {
  /** Lines at fault; more than one place when several are. */
  at: readonly Range[] | undefined;

  constructor(
    message: string,
    at?: Range,
    /** Exit code of the command that failed. */
    readonly code?: number,
  ) {
    super(message);
    this.at = at && [at];
  }
}

/** Names the lines at fault, unless a step below has named them already. */
export function located<T>(at: Range, work: () => T): T {
  try {
    return work();
  } catch (e) {
    if (e instanceof BuildFault) e.at ??= [at];
    throw e;
  }
}
