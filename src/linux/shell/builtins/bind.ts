/**
 * bind: what keys of the line editor do. Keys can be given another function or a text; variables are kept.
 * Limits: no keymaps but emacs, no -p, -P, -q, -u and -x; a function that the editor does not have rings. Of the
 * variables completion-ignore-case and show-all-if-* do something, and -v lists those that were set.
 * @see bash builtins/bind.def, GNU readline funmap.c
 */
import { isErr } from '../../kernel/errno.ts';
import { readKey } from '../../tty/keys.ts';
import { type Builtin, options } from './builtin.ts';

/** Functions by the key that has them. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  'accept-line': 'Enter', 'backward-char': 'C-b', 'backward-delete-char': 'Backspace', 'backward-kill-line': 'C-x Backspace',
  'backward-kill-word': 'M-Backspace', 'backward-word': 'M-b', 'beginning-of-history': 'M-<', 'beginning-of-line': 'C-a',
  'capitalize-word': 'M-c', 'character-search': 'C-}', 'clear-screen': 'C-l', complete: 'Tab', 'delete-char': 'C-d',
  'delete-horizontal-space': 'M-\\', 'downcase-word': 'M-l', 'edit-and-execute-command': 'C-x C-e', 'end-of-history': 'M->',
  'end-of-line': 'C-e', 'exchange-point-and-mark': 'C-x C-x', 'forward-char': 'C-f', 'forward-search-history': 'C-s',
  'forward-word': 'M-f', 'history-expand-line': 'M-^', 'history-search-backward': 'history-search-backward',
  'history-search-forward': 'history-search-forward', 'insert-comment': 'M-#', 'insert-completions': 'M-*',
  'insert-last-argument': 'M-.', 'kill-line': 'C-k', 'kill-word': 'M-d', 'next-history': 'C-n', 'operate-and-get-next': 'C-o',
  'possible-completions': 'M-?', 'previous-history': 'C-p', 'quoted-insert': 'C-v', 'reverse-search-history': 'C-r',
  'revert-line': 'M-r', 'set-mark': 'C-`', 'shell-expand-line': 'M-\x05', 'tilde-expand': 'M-&', 'transpose-chars': 'C-t',
  'transpose-words': 'M-t', undo: 'C-\x7f', 'unix-line-discard': 'C-u', 'unix-word-rubout': 'C-w', 'upcase-word': 'M-u',
  yank: 'C-y', 'yank-last-arg': 'M-.', 'yank-nth-arg': 'M-\x19', 'yank-pop': 'M-y',
}; // biome-ignore format: a table

const USAGE =
  'bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command] [keyseq:readline-function or readline-command]';

/** Bytes of a key sequence as it is written: `\e[A`, `\C-x`. */
function bytesOf(text: string): number[] {
  const out: number[] = [];
  let s = text;
  while (s !== '') {
    const m = /^\\(?:(C-)(?:(M-))?(.)|(M-)(.)|(\d{3})|x([0-9a-f]{2})|(.))|^(.)/is.exec(s) as RegExpExecArray;
    s = s.slice(m[0].length);
    if (m[1]) out.push(...(m[2] ? [27] : []), m[3] === '?' ? 127 : (m[3] as string).toUpperCase().charCodeAt(0) & 31);
    else if (m[4]) out.push(27, (m[5] as string).charCodeAt(0));
    else if (m[6]) out.push(Number.parseInt(m[6], 8));
    else if (m[7]) out.push(Number.parseInt(m[7], 16));
    else if (m[8]) out.push({ e: 27, n: 10, r: 13, t: 9, a: 7, b: 8, d: 127 }[m[8]] ?? m[8].charCodeAt(0));
    else out.push((m[9] as string).charCodeAt(0));
  }
  return out;
}

/** Keys whose names do not tell their bytes. */
const WRITTEN: Readonly<Record<string, string>> = {
  Tab: '\\C-i', Enter: '\\C-m', Backspace: '\\C-?', Up: '\\e[A', Down: '\\e[B', Right: '\\e[C', Left: '\\e[D', Home: '\\e[H',
  End: '\\e[F', Insert: '\\e[2~', Delete: '\\e[3~', PageUp: '\\e[5~', PageDown: '\\e[6~', BackTab: '\\e[Z', 'M-Backspace': '\\e\\C-?',
}; // biome-ignore format: a table

/** A character as `bind -s` writes it. */
function written(c: string): string {
  if (c === '\x1b') return '\\e';
  if (c === '\x7f') return '\\C-?';
  if (c < ' ') return `\\C-${String.fromCharCode(c.charCodeAt(0) + 64).toLowerCase()}`;
  return c === '"' || c === '\\' ? `\\${c}` : c;
}

/** A sequence of the editor's names of keys as `bind -s` writes it. */
function sequence(names: string): string {
  const key = (name: string): string => {
    if (WRITTEN[name] !== undefined) return WRITTEN[name];
    if (/^C-./s.test(name)) return written(String.fromCharCode(name.charCodeAt(2) - 96));
    return /^M-./s.test(name) ? `\\e${written(name.slice(2))}` : written(name);
  };
  return names.split(' ').map(key).join('');
}

/** Names of a sequence's keys, as the editor knows them. */
async function namesOf(bytes: number[]): Promise<string> {
  const names: string[] = [];
  while (bytes.length > 0) {
    const key = await readKey(async () => bytes.shift());
    if (!key) break;
    names.push('char' in key ? key.char : key.name);
  }
  return names.join(' ');
}

/** `Control-x`, `TAB`, `Meta-p` of an unquoted name. */
function named(text: string): string {
  return text
    .replace(/^(?:control|ctrl|c)-/i, '\\C-')
    .replace(/^(?:meta|m)-/i, '\\M-')
    .replace(/^tab$/i, '\\t')
    .replace(/^(?:return|ret|newline|lfd)$/i, '\\r')
    .replace(/^(?:rubout|del)$/i, '\\C-?')
    .replace(/^esc(?:ape)?$/i, '\\e')
    .replace(/^(?:space|spc)$/i, ' ');
}

/** The builtin `bind`. */
export const bind: Builtin = async (sh, args, out) => {
  const o = options(args, 'lpsvPSVX', 'mfqurx');
  if (o.bad) return out.usage(o.bad, USAGE);
  const { flags } = o;
  const lacking = [...'pPqux'].find((f) => flags.has(f));
  if (lacking !== undefined) return out.error(`-${lacking}: not supported`);
  const keymap = flags.get('m') ?? 'emacs';
  if (/^(?:emacs-(?:meta|ctlx)|vi(?:-move|-command|-insert)?)$/.test(keymap)) return out.error('-m: not supported');
  if (!/^emacs(?:-standard)?$/.test(keymap)) return out.error(`\`${keymap}': invalid keymap name`);
  if (flags.has('l')) for (const f of Object.keys(FUNCTIONS).sort()) out.print(`${f}\n`);
  for (const [n, v] of sh.inputrc) {
    if (flags.has('v')) out.print(`set ${n} ${v}\n`);
    if (flags.has('V')) out.print(`${n} is set to \`${v}'\n`);
  }
  for (const [k, v] of sh.keys) {
    if (!v.startsWith('"')) continue;
    const text = [...v.slice(1)].map(written).join('');
    if (flags.has('s')) out.print(`"${sequence(k)}": "${text}"\n`);
    if (flags.has('S')) out.print(`${sequence(k)} outputs ${text}\n`);
  }
  if (flags.has('r')) sh.keys.delete(await namesOf(bytesOf(flags.get('r') as string)));
  let lines: readonly string[] = o.rest;
  const file = flags.get('f');
  if (file !== undefined) {
    const text = sh.sys.readFile(file);
    if (isErr(text)) return out.error(`${file}: cannot read: ${text.text}`);
    lines = new TextDecoder().decode(text).split('\n');
  }
  for (const l of lines) await one(sh.keys, sh.inputrc, l.trim());
  return 0;
};

/** One line of an inputrc. */
async function one(keys: Map<string, string>, variables: Map<string, string>, line: string): Promise<void> {
  const set = /^set\s+(\S+)\s+(\S+)/.exec(line);
  if (set) {
    variables.set(set[1] as string, set[2] as string);
    return;
  }
  const m = /^(?:"((?:\\.|[^"\\])*)"|([^:"\s]+))\s*:\s*(?:(["'])(.*)\3|(\S+))/.exec(line);
  if (!m || line.startsWith('#')) return;
  const name = await namesOf(bytesOf(m[1] ?? named(m[2] as string)));
  if (m[3]) keys.set(name, `"${String.fromCharCode(...bytesOf(m[4] as string))}`);
  else keys.set(name, FUNCTIONS[m[5] as string] ?? (m[5] as string));
}
