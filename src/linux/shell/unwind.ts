/**
 * Non-local control flow of the shell itself. Like {@link ProcessExit} of the kernel it is thrown, never an error:
 * `break`, `return`, `exit` and a failed expansion leave any depth of nested commands at once.
 */

/**
 * - `break`, `continue`: value is the number of loops to leave
 * - `return`, `exit`: value is the status
 * - `discard`: an expansion or assignment failed; the rest of the line is dropped, value is the status
 * - `interrupt`: ^C in an interactive shell; back to the prompt
 */
export type UnwindKind = 'break' | 'continue' | 'return' | 'exit' | 'discard' | 'interrupt';

/** Thrown to leave nested commands. @see bash execute_cmd.c, `longjmp (top_level, …)` */
export class Unwind {
  constructor(
    readonly kind: UnwindKind,
    /** Levels or status, see {@link UnwindKind}. */
    public value: number,
  ) {}
}
