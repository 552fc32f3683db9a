/** psql's command line. @see PostgreSQL src/bin/psql/startup.c: parse_psql_options */
import type { Sys } from '../../../../linux/kernel/sys.ts';
import { print } from '../serve.ts';
import type { Target } from './connect.ts';
import type { Style } from './table.ts';
import { VERSION } from './version.ts';

const USAGE = `psql is PostgreSQL's terminal.

Usage:
  psql [OPTION]... [DBNAME [USERNAME]]

  -c, --command=COMMAND    run one command (SQL or backslash) and end
  -f, --file=FILENAME      run commands of a file and end
  -l, --list               list databases and end
  -A, --no-align           unaligned output
  -t, --tuples-only        rows only
  -x, --expanded           one column a line
  -q, --quiet              say less
  -h, --host=HOSTNAME      server, or directory of its socket
  -p, --port=PORT          port
  -U, --username=USERNAME  user
  -d, --dbname=DBNAME      database
  -w, --no-password        never ask for a password
  -W, --password           ask for a password
  -X, --no-psqlrc          read no start-up file
  -v, --set=NAME=VALUE     set a variable (ON_ERROR_STOP)
  -V, --version            print the version
`;

/** What psql was called with. */
export interface Options {
  readonly target: Partial<Target>;
  readonly commands: string[];
  readonly files: string[];
  readonly words: string[];
  style: Style;
  ask: boolean;
  never: boolean;
  stop: boolean;
  quiet: boolean;
}

const LONG: Readonly<Record<string, string>> = {
  command: 'c',
  file: 'f',
  list: 'l',
  'no-align': 'A',
  'tuples-only': 't',
  expanded: 'x',
  quiet: 'q',
  host: 'h',
  port: 'p',
  username: 'U',
  dbname: 'd',
  'no-password': 'w',
  password: 'W',
  'no-psqlrc': 'X',
  set: 'v',
  version: 'V',
  help: '?',
};
const WITH_VALUE = 'cfhpUdvFPR';

/** @returns an exit code when it has said all there is to say */
export async function optionsOf(sys: Sys): Promise<Options | number> {
  const style: Style = { aligned: true, tuplesOnly: false, expanded: false, separator: '|', null: '' };
  const o: Options = {
    target: {},
    commands: [],
    files: [],
    words: [],
    style,
    ask: false,
    never: false,
    stop: false,
    quiet: false,
  };
  const wrong = async (message: string): Promise<number> => {
    await print(sys, 2, `psql: ${message}\npsql: hint: Try "psql --help" for more information.\n`);
    return 1;
  };
  const args = sys.argv.slice(1);
  for (let a = args.shift(); a !== undefined; a = args.shift()) {
    if (!a.startsWith('-') || a === '-') {
      o.words.push(a);
      continue;
    }
    let letters = a.slice(1);
    let inline: string | undefined;
    if (a.startsWith('--')) {
      const eq = a.indexOf('=');
      const name = a.slice(2, eq < 0 ? undefined : eq);
      if (eq >= 0) inline = a.slice(eq + 1);
      const letter = LONG[name];
      if (letter === undefined) return wrong(`unrecognized option '${a}'`);
      letters = letter;
    }
    while (letters !== '') {
      const letter = letters[0] as string;
      letters = letters.slice(1);
      if (WITH_VALUE.includes(letter)) {
        const value = inline ?? (letters !== '' ? letters : args.shift());
        letters = '';
        if (value === undefined) return wrong(`option requires an argument -- '${letter}'`);
        take(o, letter, value);
      } else if (letter === 'V') return print(sys, 1, `psql (PostgreSQL) ${VERSION}\n`).then(() => 0);
      else if (letter === '?') return print(sys, 1, USAGE).then(() => 0);
      else if (letter === 'l') o.commands.push('\\l');
      else if (letter === 'A') o.style = { ...o.style, aligned: false };
      else if (letter === 't') o.style = { ...o.style, tuplesOnly: true };
      else if (letter === 'x') o.style = { ...o.style, expanded: true };
      else if (letter === 'q') o.quiet = true;
      else if (letter === 'w') o.never = true;
      else if (letter === 'W') o.ask = true;
      else if (!'X1eanEsS'.includes(letter)) return wrong(`invalid option -- '${letter}'`);
    }
  }
  return o;
}

function take(o: Options, letter: string, value: string): void {
  if (letter === 'c') o.commands.push(value);
  if (letter === 'f') o.files.push(value);
  if (letter === 'h') o.target.host = value;
  if (letter === 'p') o.target.port = Number(value);
  if (letter === 'U') o.target.user = value;
  if (letter === 'd') o.target.database = value;
  if (letter === 'F') o.style = { ...o.style, separator: value };
  if (letter === 'v' && /^ON_ERROR_STOP=(1|on|true)$/i.test(value)) o.stop = true;
}
