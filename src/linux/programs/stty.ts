/**
 * `stty`: the terminal of standard input, its size and its modes.
 *
 * Limits: of the modes, icanon, echo, isig, opost, icrnl and ixon (with raw, cooked, sane) can be changed; speed,
 * special characters and the size are only shown.
 * @see coreutils src/stty.c
 */
import { isErr } from '../kernel/errno.ts';
import { COOKED, RAW, type Termios } from '../kernel/sys.ts';
import { type Context, defineProgram } from './spec.ts';

const SPEED = 'speed 38400 baud;';
const CHARACTERS =
  'intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; eol = <undef>; eol2 = <undef>; swtch = <undef>; ' +
  'start = ^Q; stop = ^S; susp = ^Z; rprnt = ^R; werase = ^W; lnext = ^V; discard = ^O; min = 1; time = 0;';
/** The mode lines of -a; the changeable ones are looked up. */
const MODES = [
  '-parenb -parodd -cmspar cs8 -hupcl -cstopb cread -clocal -crtscts',
  '-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr icrnl ixon -ixoff -iuclc -ixany -imaxbel iutf8',
  'opost -olcuc -ocrnl onlcr -onocr -onlret -ofill -ofdel nl0 cr0 tab0 bs0 vt0 ff0',
  'isig icanon iexten echo echoe echok -echonl -noflsh -xcase -tostop -echoprt echoctl echoke -flusho -extproc',
];

/** Words on rows no wider than the screen. */
function wrap(words: readonly string[], cols: number): string {
  const rows: string[] = [];
  let row = '';
  for (const w of words) {
    if (row !== '' && row.length + 1 + w.length >= cols) {
      rows.push(row);
      row = w;
    } else row += row === '' ? w : ` ${w}`;
  }
  return `${[...rows, row].join('\n')}\n`;
}

function all(t: Termios, size: { rows: number; cols: number }): string {
  const modes = MODES.map((line) => line.split(' ').map((w) => (w in t ? (t[w as keyof Termios] ? w : `-${w}`) : w)));
  const head = `${SPEED} |rows ${size.rows};|columns ${size.cols};|line = 0;`.split('|').map((w) => w.trim());
  const characters = CHARACTERS.split('; ').map((c) => (c.endsWith(';') ? c : `${c};`));
  return [head, characters, ...modes].map((words) => wrap(words, size.cols || 80)).join('');
}

/** The modes after a word, or undefined when there is no such word. */
function changed(t: Termios, word: string): Termios | undefined {
  const on = !word.startsWith('-');
  const name = on ? word : word.slice(1);
  if (name in COOKED) return { ...t, [name]: on };
  switch (name) {
    case 'raw':
      return on ? { ...t, ...RAW, echo: t.echo } : { ...t, ...COOKED, echo: t.echo };
    case 'cooked':
      return on ? { ...t, ...COOKED, echo: t.echo } : { ...t, ...RAW, echo: t.echo };
    case 'sane':
      return { ...COOKED };
    case 'cbreak':
      return { ...t, icanon: !on };
    case 'nl':
      return { ...t, icrnl: !on };
    case 'echoe':
    case 'echok':
    case 'echoctl':
    case 'echoke':
    case 'iexten':
    case 'iutf8':
    case 'onlcr':
    case 'tostop':
      return t;
    default:
      return undefined;
  }
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const modes = sys.tcgetattr(0);
  const size = sys.winsize(0);
  if (isErr(modes) || isErr(size)) return ctx.fail(`'standard input': Inappropriate ioctl for device`);
  const words = ctx.args;
  if (words.length === 0) {
    const off = (Object.keys(COOKED) as (keyof Termios)[]).filter((k) => modes[k] !== COOKED[k]);
    const more = off.length > 0 ? `${off.map((k) => `-${k}`).join(' ')}\n` : '';
    await ctx.out(`${SPEED} line = 0;\n-brkint -imaxbel iutf8\n${more}`);
    return 0;
  }
  let now: Termios = modes;
  for (const word of words) {
    if (word === 'size') await ctx.out(`${size.rows} ${size.cols}\n`);
    else if (word === 'speed') await ctx.out('38400\n');
    else if (word === '-a' || word === '--all') await ctx.out(all(now, size));
    else {
      const next = changed(now, word);
      if (!next) {
        await ctx.fail(`invalid argument '${word}'`);
        await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
        return 1;
      }
      now = next;
    }
  }
  if (now !== modes) sys.tcsetattr(0, now);
  return 0;
}

/** The `stty` command. */
export const spec = defineProgram({
  name: 'stty',
  path: '/usr/bin/stty',
  summary: 'Show or change the modes of the terminal',
  synopsis: ['[-a] [SETTING]...'],
  order: 'own',
  options: [{ name: 'all', short: 'a', help: 'everything in a form for people' }],
  words: ['size', 'speed', 'sane', 'raw', 'cooked', 'echo', '-echo', 'icanon', '-icanon'],
  run,
});
