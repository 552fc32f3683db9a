/**
 * Transcripts: lines of JSON that a lab can play and answer. The form is that of recordings of a real engine, so the
 * two can be held against each other.
 */
import type { Lab, LabOptions } from './lab.ts';
import { Made } from './made.ts';

/** One line of a transcript. */
export interface TranscriptLine {
  readonly id?: string;
  readonly host?: string;
  readonly cmd?: string;
  readonly tty?: boolean;
  /** Set-up that is not recorded: `clean`, `sleep`, `sh`. */
  readonly do?: string;
  readonly seconds?: number;
  readonly [other: string]: unknown;
}

/** What the lab answered to one line: the line's own fields with stdout, stderr and exit replaced. */
export type AnsweredLine = TranscriptLine & {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit?: number;
};

/** @throws SyntaxError naming the line that is no JSON object */
export function parseTranscript(text: string): TranscriptLine[] {
  return text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => {
      try {
        return JSON.parse(line) as TranscriptLine;
      } catch {
        throw new SyntaxError(`line ${number} is not a JSON object`);
      }
    });
}

/**
 * The kernels of the recorded machines had no dummy and no ipvlan devices, and no registry could be reached: a lab that is
 * to answer as they did is opened without these.
 */
export const RECORDED = { without: ['dummy', 'ipvlan'], mirrors: false } as const satisfies Partial<LabOptions>;

/** The terminal of records that were taken on one. */
const TTY = { cols: 160, rows: 40 };

/** Between two commands, ns: recorded commands were not given without a breath between them either. */
const PAUSE = 0.5e9;

/**
 * Plays one line. @returns the line as it is to be written
 * @param made what the lines before have made
 */
export async function playLine(lab: Lab, line: TranscriptLine, made = new Made()): Promise<AnsweredLine> {
  const host = line.host ?? 'node1';
  if (line.do === 'clean') await lab.clean(host);
  else if (line.do === 'sleep') await lab.pass((line.seconds ?? 0) * 1e9);
  else if (line.do === 'sh') await lab.run(host, line.cmd ?? ':');
  if (line.do !== undefined || line.cmd === undefined) return line;
  const { stdout, stderr, exit } = await lab.run(host, made.translate(line.cmd), line.tty ? { tty: TTY } : {});
  made.learn(line.stdout, stdout);
  await lab.pass(PAUSE);
  return { ...line, stdout, stderr, exit };
}
