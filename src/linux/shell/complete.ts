/**
 * What a command may register to complete its own arguments, and the result of a completion.
 * The shell completes commands, files and variables itself; see builtins and tty/completion.ts.
 */
import type { Sys } from '../kernel/sys.ts';

/** Completes one argument of a command. */
export interface Completer {
  /**
   * @param words the command line split into words up to the cursor's one, quotes removed; words[0] is the command
   * @param index which of them is being completed (its text is what stands before the cursor)
   * @param sys system calls of the shell: for names of files, containers, interfaces
   * @returns whole words that may stand there (those that do not begin with words[index] are dropped); a word that
   * ends in `=`, `:` or `/` gets no space after it. Undefined: file names.
   */
  complete(words: readonly string[], index: number, sys: Sys): Promise<readonly string[] | undefined>;
}

/** Completers by command name; `*` is for all others. */
export type CompleterMap = Readonly<Record<string, Completer>>;
