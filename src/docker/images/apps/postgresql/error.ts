/** Why a statement fails. @see postgresql.org/docs/current/errcodes-appendix.html */
import type { Notice } from './message.ts';

/** Ends a statement; caught where the statement was begun. */
export class SqlError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** Offset in the query, from 0. */
    readonly at?: number,
    readonly more: Pick<Notice, 'detail' | 'hint'> = {},
  ) {
    super(message);
  }

  notice(severity = 'ERROR'): Notice {
    const position = this.at === undefined ? {} : { position: this.at + 1 };
    return { severity, code: this.code, message: this.message, ...this.more, ...position };
  }
}

export const unsupported = (what: string, at?: number): SqlError =>
  new SqlError('0A000', `${what} is not part of this laboratory's server`, at);
