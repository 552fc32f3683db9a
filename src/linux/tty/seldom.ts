/** Keys that few people press, loaded with the first of them: M-t, undo, ^X…, arguments, ^V, pastes. @see GNU readline, emacs_keymap.c */
import type { LineEditor, Step } from './editor.ts';
import { type Key, readPaste } from './keys.ts';
import { type EditedLine, isWord } from './line.ts';
import { wordsOf } from './recall.ts';
import { list } from './tab.ts';

type Action = (e: LineEditor) => Promise<Step | boolean> | Step | boolean;

/** What keys do with a negative argument: as other keys do without one. */
const OPPOSITE: Readonly<Record<string, string>> = {
  'C-b': 'C-f', 'C-f': 'C-b', 'M-b': 'M-f', 'M-f': 'M-b', 'C-d': 'Backspace', Backspace: 'C-d', 'C-p': 'C-n', 'C-n': 'C-p',
  'M-d': 'M-Backspace', 'M-Backspace': 'M-d', 'C-k': 'C-u', 'C-u': 'C-k', Left: 'Right', Right: 'Left', Up: 'Down', Down: 'Up',
}; // biome-ignore format: a table

const ACTIONS: Readonly<Record<string, Action>> = {
  'M-u': (e) => recase(e.line, (c) => c.toUpperCase()),
  'M-l': (e) => recase(e.line, (c) => c.toLowerCase()),
  'M-c': (e) => recase(e.line, (c, first) => (first ? c.toUpperCase() : c.toLowerCase())),
  'M-<': (e) => e.recall.to(0),
  'M->': (e) => e.recall.to(e.o.history.lines.length),
  'M-t': (e) => transposeWords(e.line),
  'M-\\': (e) => deleteSpace(e.line),
  'M-y': (e) => yankPop(e),
  'M-r': (e) => {
    while (e.line.undo());
    return true;
  },
  // ^_ and its two-key form
  'C-\x7f': (e) => e.line.undo(),
  'C-x C-u': (e) => e.line.undo(),
  'M-#': async (e) => {
    e.line.replace(0, 0, '#');
    await e.redraw();
    return e.accept();
  },
  'C-v': quoted,
  'C-q': quoted,
  'C-o': (e) => {
    const next = e.recall.place + 1;
    if (next <= e.o.history.lines.length) e.start = next;
    return e.accept();
  },
  'C-`': (e) => setMark(e),
  'M- ': (e) => setMark(e),
  'C-x C-x': (e) => {
    const at = e.line.cursor;
    e.line.cursor = Math.min(e.mark, e.line.chars.length);
    e.mark = at;
    return true;
  },
  // ^]
  'C-}': (e) => charSearch(e, 1),
  'M-\x1d': (e) => charSearch(e, -1),
  'C-x Backspace': (e) => {
    e.line.kill(0, e.line.cursor);
    return true;
  },
  'M-\x19': (e) => nthArgument(e, 1),
  'M-?': completions,
  'M-=': completions,
  'M-*': insertAll,
  'M-^': (e) => expand(e, false),
  'M-\x05': (e) => expand(e, true),
  'M-&': tildeExpand,
  'C-x C-v': version,
  'C-x C-e': editLine,
  Paste: paste,
  PageUp: () => false,
  'history-search-backward': (e) => prefixSearch(e, -1),
  'history-search-forward': (e) => prefixSearch(e, 1),
};

/** Does what such a key does, or rings. */
export async function seldom(e: LineEditor, name: string): Promise<Step> {
  if (/^M-[-\d]$/.test(name)) return argument(e, name.slice(2));
  if (name === 'C-x') return prefixed(e, name);
  if (name.startsWith('"')) {
    e.held.unshift(...[...name.slice(1)].map((c): Key => (c === '\r' || c === '\n' ? { name: 'Enter' } : { char: c })));
    return undefined;
  }
  const action = ACTIONS[name];
  const done = action ? await action(e) : false;
  if (done === undefined || typeof done === 'object') return done;
  if (done) await e.redraw();
  else await e.bell();
  return undefined;
}

/** A key that begins a sequence of two. */
async function prefixed(e: LineEditor, name: string): Promise<Step> {
  const key = await e.key();
  if (!key) return e.obey(undefined);
  const whole = `${name} ${'char' in key ? key.char : key.name}`;
  return e.command(e.o.keys?.get(whole) ?? whole);
}

/** M-5: so many times the next key. */
async function argument(e: LineEditor, first: string): Promise<Step> {
  let text = first;
  for (;;) {
    await e.redraw(`(arg: ${text === '-' ? '-1' : text}) `);
    const key = await e.key();
    if (!key) return e.obey(undefined);
    const digit = 'char' in key ? key.char : /^M-\d$/.test(key.name) ? key.name.slice(2) : '';
    if (/^\d$/.test(digit)) {
      text += digit;
      continue;
    }
    await e.redraw();
    const n = Math.min(text === '-' ? -1 : Number(text), 10_000);
    if ('name' in key && /^M-[._\x19]$/.test(key.name)) return repeatArgument(e, n);
    const name = 'name' in key ? key.name : '';
    for (let i = 0; i < Math.abs(n); i++) {
      const step = await ('char' in key ? e.obey(key) : e.command(n < 0 ? (OPPOSITE[name] ?? name) : name));
      if (step) return step;
    }
    return undefined;
  }
}

async function repeatArgument(e: LineEditor, n: number): Promise<Step> {
  if (nthArgument(e, n)) await e.redraw();
  else await e.bell();
  return undefined;
}

/** Inserts a word of the line before. */
function nthArgument(e: LineEditor, n: number): boolean {
  const word = wordsOf(e.o.history.lines.at(-1) ?? '').at(n < 0 ? n - 1 : n);
  if (word === undefined) return false;
  e.line.insert(word);
  return true;
}

/** Changes the case of the word after the cursor. */
function recase(l: EditedLine, change: (c: string, first: boolean) => string): boolean {
  const end = l.wordRight();
  let first = true;
  for (let i = l.cursor; i < end; i++) {
    const c = l.chars[i] as string;
    if (!isWord(c)) continue;
    l.replace(i, 1, change(c, first));
    first = false;
  }
  l.cursor = end;
  return true;
}

/** The word before the cursor changes places with the one after it; at the end, the last two. */
function transposeWords(l: EditedLine): boolean {
  const at = l.cursor;
  l.cursor = l.wordRight();
  const secondEnd = l.cursor;
  l.cursor = l.wordLeft();
  const second = l.cursor;
  l.cursor = l.wordLeft();
  const first = l.cursor;
  const firstEnd = l.wordRight();
  l.cursor = at;
  if (first === second || second < firstEnd) return false;
  const text = (from: number, to: number): string => l.chars.slice(from, to).join('');
  const swapped = text(second, secondEnd) + text(firstEnd, second) + text(first, firstEnd);
  l.replace(first, secondEnd - first, swapped);
  l.cursor = secondEnd;
  return true;
}

/** Takes away the blanks around the cursor. */
function deleteSpace(l: EditedLine): boolean {
  const blank = (i: number): boolean => /^[ \t]$/.test(l.chars[i] ?? '');
  let from = l.cursor;
  let to = from;
  while (blank(from - 1)) from--;
  while (blank(to)) to++;
  l.replace(from, to - from, '');
  l.cursor = from;
  return true;
}

/** Another cut text in the place of the one that was just put in. */
function yankPop(e: LineEditor): boolean {
  const { kills } = e.line;
  const now = kills.at(-1);
  if (now === undefined || (e.last !== 'C-y' && e.last !== 'M-y')) return false;
  const length = [...now].length;
  e.line.cursor -= length;
  e.line.replace(e.line.cursor, length, '');
  kills.unshift(kills.pop() as string);
  e.line.yank();
  return true;
}

function setMark(e: LineEditor): boolean {
  e.mark = e.line.cursor;
  return true;
}

/** Goes to the next place where a character stands. */
async function charSearch(e: LineEditor, step: number): Promise<boolean> {
  const key = await e.key();
  if (!key || !('char' in key)) return false;
  for (let i = e.line.cursor + step; i >= 0 && i < e.line.chars.length; i += step) {
    if (e.line.chars[i] !== key.char) continue;
    e.line.cursor = i;
    return true;
  }
  return false;
}

/** The next byte as it is. */
async function quoted(e: LineEditor): Promise<boolean> {
  const { sys, input } = e.o;
  const modes = sys.tcgetattr(input);
  if ('isig' in modes) sys.tcsetattr(input, { ...modes, isig: false, ixon: false });
  const b = await e.byte();
  if ('isig' in modes) sys.tcsetattr(input, modes);
  if (b !== undefined) e.line.insert(String.fromCharCode(b));
  return true;
}

/** Text pasted as one piece: shown in reverse until the next key. */
async function paste(e: LineEditor): Promise<Step> {
  const text = await readPaste(() => e.byte());
  if (text === undefined) return e.obey(undefined);
  const l = e.line;
  const from = l.cursor;
  l.insert(text);
  await e.print(e.screen.draw(e.prompt, l.chars, l.cursor, [from, l.cursor]));
  e.marked = true;
  return undefined;
}

async function completions(e: LineEditor): Promise<undefined> {
  const c = await e.o.complete(e.line.before);
  if (c.words.length > 0) await list(e, c);
  else await e.bell();
}

async function insertAll(e: LineEditor): Promise<boolean> {
  const c = await e.o.complete(e.line.before);
  if (c.words.length === 0) return false;
  e.line.setBefore(`${e.line.before.slice(0, c.from)}${c.words.join(' ')} `);
  return true;
}

async function expand(e: LineEditor, all: boolean): Promise<boolean> {
  const text = await e.o.expand?.(e.line.text, all);
  if (text === undefined || text === e.line.text) return text !== undefined;
  e.line.replace(0, e.line.chars.length, text);
  e.line.end();
  return true;
}

async function tildeExpand(e: LineEditor): Promise<boolean> {
  const l = e.line;
  const from = l.blankLeft();
  let to = l.cursor;
  while (to < l.chars.length && l.chars[to] !== ' ') to++;
  const word = l.chars.slice(from, to).join('');
  const text = word.startsWith('~') ? await e.o.expand?.(word, true) : undefined;
  if (text === undefined) return false;
  l.replace(from, to - from, text);
  l.cursor = from + [...text].length;
  return true;
}

async function version(e: LineEditor): Promise<undefined> {
  const text = await e.o.expand?.('$BASH_VERSION', true);
  await e.print(`${e.screen.below()}\nGNU bash, version ${text} (x86_64-pc-linux-gnu)\n`);
  await e.fresh();
}

/** The line in an editor: what that leaves is run. */
async function editLine(e: LineEditor): Promise<Step> {
  const text = e.line.text;
  await e.below();
  if (text !== '') e.o.history.add(text);
  return { kind: 'line', text: `fc -e "\${VISUAL:-\${EDITOR:-emacs}}"${text === '' ? ' 1 0' : ''}`, hidden: true };
}

/** A line of the history that begins as this one does up to the cursor. */
function prefixSearch(e: LineEditor, step: number): boolean {
  const { lines } = e.o.history;
  const { before, cursor, text } = e.line;
  if (cursor === 0) return e.recall.to(e.recall.place + step);
  for (let i = e.recall.place + step; i >= 0 && i < lines.length; i += step) {
    const line = lines[i] as string;
    if (!line.startsWith(before) || line === text) continue;
    e.recall.to(i);
    e.line.cursor = cursor;
    return true;
  }
  return false;
}
