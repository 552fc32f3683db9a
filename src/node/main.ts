/** The drydock command: one file per subcommand, one table. */
import { bench } from './bench/bench.ts';
import { check } from './check.ts';
import type { Subcommand } from './command.ts';
import { replay } from './replay.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';
import { trace } from './trace.ts';

const SUBCOMMANDS: readonly Subcommand[] = [replay, run, trace, check, serve, bench];

function help(): string {
  const width = Math.max(...SUBCOMMANDS.map((c) => c.usage.length)) + 2;
  return [
    'Usage: drydock COMMAND',
    '',
    'A Docker networking laboratory, without the page.',
    '',
    ...SUBCOMMANDS.map((c) => `  ${c.usage.padEnd(width)}${c.summary}`),
    '',
  ].join('\n');
}

/** Runs the command. @returns the exit code: 0, 1 failed, 2 wrong usage */
export async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  const command = SUBCOMMANDS.find((c) => c.name === name);
  if (!command) {
    process.stderr.write(`drydock: unknown command '${name}'\n\n${help()}`);
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`Usage: drydock ${command.usage}\n\n${command.summary}\n`);
    return 0;
  }
  return command.run(args);
}
