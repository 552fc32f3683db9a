/**
 * Escapes of prompt strings: \u \h \H \w \W \$ \t \d \n \s \v \j \! \# \[ \] \e \nnn.
 * @see bash parse.y: decode_prompt_string
 */
import type { Shell } from '../shell.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Marks of text that takes no width (\[ and \]). */
export const INVISIBLE_START = '\x01';
export const INVISIBLE_END = '\x02';

function clock(sh: Shell): { d: string; h: number; m: string; s: string } {
  const seconds = sh.sys.realtime() / 1_000_000_000n;
  const days = Number(seconds / 86400n);
  const rest = Number(seconds % 86400n);
  const two = (n: number): string => String(n).padStart(2, '0');
  const { month, day } = civil(days);
  return {
    d: `${DAYS[(days + 4) % 7]} ${MONTHS[month - 1]} ${two(day)}`,
    h: Math.floor(rest / 3600),
    m: two(Math.floor(rest / 60) % 60),
    s: two(rest % 60),
  };
}

/** Date of a day number. @see Howard Hinnant, chrono-compatible low-level date algorithms */
function civil(z: number): { month: number; day: number } {
  const shifted = z + 719468;
  const doe = shifted % 146097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  return { month: mp < 10 ? mp + 3 : mp - 9, day: doy - Math.floor((153 * mp + 2) / 5) + 1 };
}

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
  const two = (n: number): string => String(n).padStart(2, '0');
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
        return '5.3';
      case 'V':
        return '5.3.15';
      case 'j':
        return String(sh.jobs.list.length);
      case '!':
        return String(sh.history.next);
      case '#':
        return String(sh.commandNumber);
      case 't':
      case 'T':
      case '@':
      case 'A':
        return time(sh, c);
      case 'd':
        return clock(sh).d;
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

  function time(shell: Shell, form: string): string {
    const { h, m, s } = clock(shell);
    const h12 = two(h % 12 === 0 ? 12 : h % 12);
    if (form === 't') return `${two(h)}:${m}:${s}`;
    if (form === 'T') return `${h12}:${m}:${s}`;
    return form === 'A' ? `${two(h)}:${m}` : `${h12}:${m} ${h < 12 ? 'AM' : 'PM'}`;
  }
}
