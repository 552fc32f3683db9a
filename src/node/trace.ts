/** drydock trace 'COMMAND': runs a command in a fresh lab and tells the way of each packet it caused. */
import { readFileSync } from 'node:fs';
import type { Journey } from '../lab/journey/event.ts';
import { type Lang, placeOf, sentence, WORDS } from '../lab/journey/words.ts';
import type { Lab } from '../lab/lab.ts';
import { readArgs, type Subcommand, usageError, wholeNumber } from './command.ts';
import { openLab } from './host.ts';

/** Virtual time after the command in which its last packets arrive. */
const AFTER = 1e9;

export const trace: Subcommand = {
  name: 'trace',
  usage: "trace [--setup FILE] [--filter 'WORDS'] [--lang en|zh] [--json] [--host NAME] [--seed S] 'COMMAND'",
  summary: 'run a command on node1 and tell the way of each packet',
  async run(args) {
    const parsed = readArgs(this, args, {
      setup: { type: 'string' },
      filter: { type: 'string' },
      lang: { type: 'string' },
      json: { type: 'boolean' },
      host: { type: 'string' },
      seed: { type: 'string' },
    });
    if (!parsed) return 2;
    const { setup, filter, lang = 'en', json, host = 'node1' } = parsed.values;
    const seed = wholeNumber(parsed.values.seed ?? '1');
    const command = parsed.operands[0];
    if (seed === undefined) return usageError(this, '--seed takes a whole number');
    if (!(lang in WORDS)) return usageError(this, `--lang takes ${Object.keys(WORDS).join(' or ')}`);
    if (command === undefined || parsed.operands.length > 1) return usageError(this, 'one COMMAND is needed');
    const lab = await openLab({ seed });
    if (!lab.machine(host)) return usageError(this, `there is no machine '${host}'`);
    if (setup !== undefined && !(await prepare(lab, setup))) return 1;
    try {
      await lab.trace(filter ?? true);
    } catch (e) {
      if (!(e instanceof RangeError)) throw e;
      return usageError(this, `--filter: ${e.message}`);
    }
    const from = lab.world.clock.now;
    const result = await lab.run(host, command);
    await lab.pass(AFTER);
    const { journeys, lost } = lab.journeys(0);
    process.stderr.write(result.stderr);
    if (json) process.stdout.write(`${JSON.stringify({ ...result, lost, journeys: told(journeys, lang as Lang) })}\n`);
    else process.stdout.write(`${result.stdout}${text(journeys, lang as Lang, from)}`);
    if (lost > 0) process.stderr.write(`drydock trace: ${lost} records were lost: use a --filter\n`);
    return result.exit;
  },
};

/** Runs the set-up script on node1. @returns false when it cannot be read */
async function prepare(lab: Lab, file: string): Promise<boolean> {
  let script: string;
  try {
    script = readFileSync(file, 'utf8');
  } catch (e) {
    process.stderr.write(`drydock trace: ${(e as Error).message}\n`);
    return false;
  }
  const { stderr } = await lab.run('node1', script);
  process.stderr.write(stderr);
  return true;
}

/** Journeys with the sentence of each step. */
function told(journeys: readonly Journey[], lang: Lang): unknown[] {
  return journeys.map((j) => ({ ...j, steps: j.steps.map((s) => ({ ...s, text: sentence(s, lang) })) }));
}

const HEAD = { en: 'packet', zh: '包' } as const;

/** One paragraph for each packet, one line for each step: seconds since the command began, place, sentence. */
function text(journeys: readonly Journey[], lang: Lang, from: number): string {
  let out = '';
  for (const j of journeys) {
    out += `\n${HEAD[lang]} ${j.packet}: ${j.title}\n`;
    for (const s of j.steps) out += `  ${((s.time - from) / 1e9).toFixed(6)}  ${placeOf(s)}: ${sentence(s, lang)}\n`;
  }
  return out;
}
