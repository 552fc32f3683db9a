/**
 * The classes of a daemon's errors, as values: what fails gives a {@link Failure}, nothing is thrown.
 * @see containerd errdefs, moby api/server/httpstatus/status.go: FromError
 */
export type FailureKind =
  | 'invalid'
  | 'notFound'
  | 'conflict'
  | 'forbidden'
  | 'unauthorized'
  | 'notModified'
  | 'system'
  | 'unavailable'
  | 'notImplemented';

/** An error with its class and the daemon's exact text. */
export class Failure {
  constructor(
    readonly kind: FailureKind,
    readonly message: string,
  ) {}

  /** The same class with a prefix, as Go's `fmt.Errorf("prefix: %w")`. */
  wrap(prefix: string): Failure {
    return new Failure(this.kind, `${prefix}: ${this.message}`);
  }
}

const STATUS: Record<FailureKind, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  notModified: 304,
  system: 500,
  notImplemented: 501,
  unavailable: 503,
};

/** HTTP status of an error class. */
export function httpStatus(failure: Failure): number {
  return STATUS[failure.kind];
}
