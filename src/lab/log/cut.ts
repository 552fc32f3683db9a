/** Logs without their last commands. */
import type { Command, Log } from './entry.ts';

/**
 * The log up to the moment before a command was begun, and without the keys it was made of. What was done meanwhile at
 * other terminals stays.
 */
export function before(log: Log, command: Command): Log {
  const enter = log.entries[command.entry];
  if (!enter) return log;
  const typed = (i: number): boolean => {
    const e = log.entries[i];
    return i >= command.prompt && e?.kind === 'input' && e.terminal === command.terminal;
  };
  return { entries: log.entries.slice(0, command.entry).filter((_, i) => !typed(i)), end: enter.at };
}

/** The command to be undone first: of those that the last Enter began, the first one. */
export function lastOf(commands: readonly Command[]): Command | undefined {
  const entry = Math.max(...commands.map((c) => c.entry));
  return commands.find((c) => c.entry === entry);
}
