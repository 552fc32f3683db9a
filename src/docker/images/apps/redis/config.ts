/** Settings: of redis.conf, of the command line, of CONFIG SET. @see redis src/config.c */
import { text } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Sys } from '../../../../linux/kernel/sys.ts';
import { splitWords } from './resp.ts';

/** Of the official image, where protected mode is off: a container's ports are published or not. */
const DEFAULTS: Readonly<Record<string, string>> = {
  appendonly: 'no',
  bind: '* -::*',
  databases: '16',
  dbfilename: 'dump.rdb',
  dir: '.',
  loglevel: 'notice',
  maxclients: '10000',
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  port: '6379',
  'protected-mode': 'no',
  requirepass: '',
  save: '3600 1 300 100 60 10000',
  'tcp-backlog': '511',
  'tcp-keepalive': '300',
  timeout: '0',
};

/** Read when the server starts, and not to be changed afterwards. */
export const FIXED = new Set(['port', 'databases', 'tcp-backlog', 'bind']);

export interface Settings {
  readonly values: Map<string, string>;
  /** A configuration file or an option was given. */
  readonly given: boolean;
}

/** @returns the complaint when an option is unknown or a file cannot be read */
export function readSettings(sys: Sys): Settings | string {
  const values = new Map(Object.entries(DEFAULTS));
  const [first, ...rest] = sys.argv.slice(1);
  let options =
    first === undefined || first.startsWith('-') ? [...(first === undefined ? [] : [first]), ...rest] : rest;
  const lines: string[] = [];
  if (first !== undefined && !first.startsWith('-')) {
    const bytes = sys.readFile(first);
    if (isErr(bytes)) return `Fatal error, can't open config file '${first}': ${bytes.text}`;
    lines.push(...text(bytes).split('\n'));
  }
  while (options.length > 0) {
    const name = options[0] as string;
    let end = 1;
    while (end < options.length && !(options[end] as string).startsWith('--')) end++;
    lines.push(
      `${name.replace(/^--/, '')} ${options
        .slice(1, end)
        .map((w) => `"${w}"`)
        .join(' ')}`,
    );
    options = options.slice(end);
  }
  for (const [i, line] of lines.entries()) {
    const words = splitWords(line.trim());
    const [name, ...args] = words ?? [];
    if (name === undefined || name.startsWith('#')) continue;
    const key = name.toLowerCase();
    if (!values.has(key))
      return `\n*** FATAL CONFIG FILE ERROR (Redis 8.0.2) ***\nReading the configuration file, at line ${i + 1}\n>>> '${line.trim()}'\nBad directive or wrong number of arguments`;
    values.set(key, args.join(' '));
  }
  return { values, given: lines.length > 0 || first !== undefined };
}
