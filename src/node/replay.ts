/** drydock replay FILE: plays a transcript in a fresh lab and prints it again with what this lab answered. */
import { readFileSync } from 'node:fs';
import { Made } from '../lab/made.ts';
import { parseTranscript, playLine, RECORDED } from '../lab/replay.ts';
import { readArgs, type Subcommand, usageError, wholeNumber } from './command.ts';
import { openLab } from './host.ts';

export const replay: Subcommand = {
  name: 'replay',
  usage: 'replay [--seed S] [--hosts N] FILE',
  summary: 'play a transcript (JSON lines) and print what this lab answers',
  async run(args) {
    const parsed = readArgs(this, args, { seed: { type: 'string' }, hosts: { type: 'string' } });
    if (!parsed) return 2;
    const seed = wholeNumber(parsed.values.seed ?? '1');
    const hosts = wholeNumber(parsed.values.hosts ?? '3');
    const file = parsed.operands[0];
    if (seed === undefined || hosts === undefined || hosts < 1)
      return usageError(this, '--seed and --hosts take a whole number');
    if (file === undefined || parsed.operands.length > 1) return usageError(this, 'one FILE is needed');
    let text: string;
    try {
      text = readFileSync(file === '-' ? 0 : file, 'utf8');
    } catch (e) {
      process.stderr.write(`drydock replay: ${(e as Error).message}\n`);
      return 1;
    }
    try {
      const lines = parseTranscript(text);
      const lab = await openLab({ ...RECORDED, seed, hosts });
      const made = new Made();
      for (const line of lines) process.stdout.write(`${JSON.stringify(await playLine(lab, line, made))}\n`);
      return 0;
    } catch (e) {
      process.stderr.write(`drydock replay: ${(e as Error).message}\n`);
      return 1;
    }
  },
};
