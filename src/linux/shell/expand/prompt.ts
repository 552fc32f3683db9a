/**
 * Escapes of prompt strings: \u \h \H \w \W \$ \t \d \n \s \v \j \! \# \[ \] \e \nnn.
 * @see bash parse.y: decode_prompt_string
 */
import { civil, DAY_NAMES, MONTH_NAMES, two } from '../../../base/civil.ts';
import { RELEASE } from '../dialect.ts';
import type { Shell } from '../shell.ts';

/** Marks of text that takes no width (\[ and \]). */
const INVISIBLE_START = '\x01';
const INVISIBLE_END = '\x02';

function directory(sh: Shell, base: boolean): string {
  const cwd = sh.vars.get('PWD') ?? sh.sys.cwd();
  const home = sh.vars.get('HOME');
  const trimmed = (head: string, rest: string): string => {
    const parts = rest.split('/').slice(1);
    const most = Number(sh.vars.get('PROMPT_DIRTRIM')) || parts.length;
    return parts.length > most && !base ? `${head && `${head}/`}.../${parts.slice(-most).join('/')}` : head + rest;
  };
  if (home && home !== '/' && (cwd === home || (!base && cwd.startsWith(`${home}/`))))
    return trimmed('~', cwd.slice(home.length));
  return base && cwd !== '/' ? cwd.replace(/^.*\//, '') : trimmed('', cwd);
}

/** The prompt with its escapes replaced; `$` expansions come after. */
export function decodePrompt(sh: Shell, format: string): string {
  return format.replace(/\\([0-7]{3}|[\s\S])/g, (whole, c: string) => {
    switch (c) {
      case 'u':
        return sh.sys.getuid() === 0 ? 'root' : (sh.vars.get('USER') ?? 'user');
      case 'h':
        return sh.sys.gethostname().replace(/\..*$/, '');
      case 'H':
        return sh.sys.gethostname();
      case 'w':
        return directory(sh, false);
      case 'W':
        return directory(sh, true);
      case '$':
        return sh.sys.getuid() === 0 ? '#' : '$';
      case 's':
        return sh.arg0.replace(/^-/, '').replace(/^.*\//, '');
      case 'v':
        return RELEASE.slice(0, 3);
      case 'V':
        return RELEASE;
      case 'j':
        return String(sh.jobs.list.length);
      case '!':
        return String(sh.history.next);
      case '#':
        return String(sh.commandNumber);
      case 'd':
      case 't':
      case 'T':
      case '@':
      case 'A':
        return time(sh, c);
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'a':
        return '\x07';
      case 'e':
        return '\x1b';
      case '\\':
        return '\\';
      case '[':
        return INVISIBLE_START;
      case ']':
        return INVISIBLE_END;
      default:
        return /^[0-7]{3}$/.test(c) ? String.fromCharCode(Number.parseInt(c, 8)) : whole;
    }
  });
}

/** What \d, \t, \T, \A and \@ stand for. */
function time(sh: Shell, form: string): string {
  const { month, day, weekday, hour, minute, second } = civil(sh.sys.realtime());
  if (form === 'd') return `${DAY_NAMES[weekday]?.slice(0, 3)} ${MONTH_NAMES[month - 1]?.slice(0, 3)} ${two(day)}`;
  const [h, m, s] = [two(hour), two(minute), two(second)];
  const h12 = two(hour % 12 || 12);
  if (form === 't') return `${h}:${m}:${s}`;
  if (form === 'T') return `${h12}:${m}:${s}`;
  return form === 'A' ? `${h}:${m}` : `${h12}:${m} ${hour < 12 ? 'AM' : 'PM'}`;
}
