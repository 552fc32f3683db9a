/** How a command fails: values, not exceptions. The dispatcher prints them and exits. */

/** Text for stderr (without the last newline) and the exit code. */
export class Failure {
  constructor(
    readonly message: string,
    /** Exit code of the process. */
    readonly code = 1,
  ) {}
}

/** The daemon said no: HTTP status and its message, shown as `Error response from daemon: …`. */
export class DaemonError extends Failure {
  constructor(
    readonly status: number,
    /** The daemon's own words. */
    readonly reason: string,
  ) {
    super(reason.startsWith('Error response from daemon: ') ? reason : `Error response from daemon: ${reason}`);
  }
}

/** Narrows an answer. */
export function failed(x: unknown): x is Failure {
  return x instanceof Failure;
}

/** @see docker/cli cli/command/container/run.go: withHelp */
export function withHelp(failure: Failure, name: string, code = failure.code): Failure {
  return new Failure(`docker: ${failure.message}\n\nRun 'docker ${name} --help' for more information`, code);
}
