/** What Tab does to the edited line: the common beginning is inserted, a second Tab lists. @see GNU readline complete.c */
import type { Candidates } from '../shell/completion.ts';
import { insertion, listing } from './completion.ts';
import type { LineEditor } from './editor.ts';

/** Editors whose last Tab changed the line: the next one does not list yet. */
const changed = new WeakSet<LineEditor>();

/** Completes the word before the cursor. */
export async function complete(e: LineEditor): Promise<void> {
  const l = e.line;
  const c = await e.o.complete(l.before);
  const variable = (name: string): boolean => e.o.variables?.get(name) === 'on';
  const r = insertion(l.before, c, l.chars.slice(l.cursor).join(''));
  const again = e.last === 'Tab' && !changed.has(e);
  changed.delete(e);
  const all = variable('show-all-if-ambiguous') || (variable('show-all-if-unmodified') && !r.changed);
  const lists = c.words.length > 1 && (all || (again && !r.changed));
  if (lists) await list(e, c);
  if (r.changed) {
    changed.add(e);
    l.setBefore(r.text);
    await e.redraw();
  }
  if (!r.complete && !lists) await e.bell();
}

/** Shows the candidates below the line. */
export async function list(e: LineEditor, c: Candidates): Promise<void> {
  const l = e.line;
  const { cursor } = l;
  await e.below();
  if (c.words.length <= 100 || (await confirm(e, c.words.length))) await show(e, listing(c.shown, e.columns));
  l.cursor = cursor;
  await e.fresh();
}

/** Prints a list, a screenful at a time. */
async function show(e: LineEditor, text: string): Promise<void> {
  const rows = text.split('\n').slice(0, -1);
  const size = e.o.sys.winsize(e.o.output);
  let left = 'rows' in size && size.rows > 1 ? size.rows - 1 : rows.length;
  const page = left;
  for (const [i, row] of rows.entries()) {
    await e.print(`${row}\n`);
    left--;
    if (left > 0 || i + 1 === rows.length) continue;
    await e.print('--More--');
    for (;;) {
      const k = await e.key();
      const char = k && 'char' in k ? k.char : '';
      if (!k || 'qQnN'.includes(char || ' ') || ('name' in k && /^(?:Backspace|C-g)$/.test(k.name))) {
        await e.print('\r\x1b[K');
        return;
      }
      if ('yY '.includes(char || '?')) left = page - 1;
      else if ('name' in k && k.name === 'Enter') left = 1;
      else continue;
      await e.print('\r\x1b[K');
      break;
    }
  }
}

async function confirm(e: LineEditor, count: number): Promise<boolean> {
  await e.print(`Display all ${count} possibilities? (y or n)`);
  for (;;) {
    const k = await e.key();
    const yes = k && 'char' in k && 'yY '.includes(k.char);
    const no = !k || ('char' in k ? 'nN'.includes(k.char) : k.name === 'Backspace' || k.name === 'C-g');
    if (!yes && !no) continue;
    await e.print('\n');
    return yes === true;
  }
}
