/**
 * `[[ … ]]`, and the file, string and number tests that `test` shares with it.
 * @see bash execute_cmd.c: execute_cond_node; test.c
 */
import type * as ast from 'unbash';
import { isErr } from '../../kernel/errno.ts';
import type { Stat } from '../../kernel/sys.ts';
import { BREAK } from '../expand/fields.ts';
import { matches } from '../expand/pattern.ts';
import { quoteIfNeeded } from '../expand/quote.ts';
import { evaluateOrFail, expandPattern, expandString, segments } from '../expand/word.ts';
import type { Shell } from '../shell.ts';
import { Unwind } from '../unwind.ts';
import { trace } from './command.ts';

/** Status of `[[ … ]]`: 0 true, 1 false, 2 wrong. */
export async function testCommand(sh: Shell, e: ast.TestExpression): Promise<number> {
  try {
    return (await evaluate(sh, e)) ? 0 : 1;
  } catch (x) {
    if (x instanceof Unwind && x.kind === 'discard') return x.value === 2 ? 2 : 1;
    throw x;
  }
}

async function evaluate(sh: Shell, e: ast.TestExpression): Promise<boolean> {
  switch (e.type) {
    case 'TestLogical': {
      const all = e.operator === '&&';
      for (const x of e.operands) if ((await evaluate(sh, x)) !== all) return !all;
      return all;
    }
    case 'TestNot':
      return (await evaluate(sh, e.operand)) !== (e.negations.length % 2 === 1);
    case 'TestGroup':
      return evaluate(sh, e.expression);
    case 'TestUnary': {
      const operand = await expandString(sh, e.operand);
      if (sh.has('xtrace')) await trace(sh, `[[ ${e.operator} ${quoteIfNeeded(operand)} ]]`);
      return unaryTest(sh, e.operator, operand);
    }
    case 'TestBinary':
      return binary(sh, e);
  }
}

async function binary(sh: Shell, e: ast.TestBinaryExpression): Promise<boolean> {
  const left = await expandString(sh, e.left);
  const nocase = sh.shopt.has('nocasematch');
  switch (e.operator) {
    case '=':
    case '==':
    case '!=': {
      const pattern = await expandPattern(sh, e.right);
      if (sh.has('xtrace')) await trace(sh, `[[ ${quoteIfNeeded(left)} ${e.operator} ${pattern} ]]`);
      return matches(pattern, left, { extglob: true, nocase }) === (e.operator !== '!=');
    }
    case '=~':
      return regexTest(sh, left, e.right, nocase);
    case '<':
    case '>': {
      const right = await expandString(sh, e.right);
      return e.operator === '<' ? left < right : left > right;
    }
    default: {
      const right = await expandString(sh, e.right);
      if (sh.has('xtrace')) await trace(sh, `[[ ${left} ${e.operator} ${right} ]]`);
      const compare = COMPARE[e.operator];
      if (compare) return compare(await evaluateOrFail(sh, left), await evaluateOrFail(sh, right));
      return fileCompare(sh, e.operator, left, right);
    }
  }
}

/** Comparisons of integers by operator. */
export const COMPARE: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
};

const CLASS: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  print: ' -~',
  graph: '!-~',
  cntrl: '\\x00-\\x1f',
  xdigit: '0-9A-Fa-f',
};

/** A POSIX extended regular expression in JavaScript's syntax. */
export function posixRegex(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; ) {
    if (text[i] === '\\') {
      out += text.slice(i, i + 2);
      i += 2;
    } else if (text[i] === '[') {
      const m = /^\[(\^?)(\]?(?:\[[:.=].*?[:.=]\]|[^\]])*)\]/.exec(text.slice(i));
      if (!m) {
        out += '\\[';
        i++;
        continue;
      }
      const body = (m[2] as string).replace(/\[:(\w+):\]|[\\[\]]/g, (x, c: string | undefined) =>
        c ? (CLASS[c] ?? '') : `\\${x}`,
      );
      out += `[${m[1]}${body}]`;
      i += m[0].length;
    } else out += text[i++];
  }
  return out;
}

async function regexTest(sh: Shell, left: string, right: ast.Word, nocase: boolean): Promise<boolean> {
  let text = '';
  for (const s of await segments(sh, right, 'pattern')) {
    if (s === BREAK) text += ' ';
    else text += s.quoted ? s.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : s.text;
  }
  if (sh.has('xtrace')) await trace(sh, `[[ ${quoteIfNeeded(left)} =~ ${text} ]]`);
  let re: RegExp;
  try {
    re = new RegExp(posixRegex(text), nocase ? 'i' : '');
  } catch {
    throw new Unwind('discard', 2);
  }
  const m = re.exec(left);
  const v = sh.vars.declare('BASH_REMATCH');
  v.value = undefined;
  v.items = new Map((m ?? []).map((x, i) => [String(i), x ?? '']));
  return m !== null;
}

/** `-nt`, `-ot`, `-ef` */
export function fileCompare(sh: Shell, operator: string, left: string, right: string): boolean {
  const a = sh.sys.stat(left);
  const b = sh.sys.stat(right);
  if (operator === '-nt') return !isErr(a) && (isErr(b) || a.mtime > b.mtime);
  if (operator === '-ot') return !isErr(b) && (isErr(a) || a.mtime < b.mtime);
  return !isErr(a) && !isErr(b) && a.ino === b.ino && a.kind === b.kind;
}

const KINDS: Readonly<Record<string, Stat['kind']>> = {
  '-f': 'file',
  '-d': 'dir',
  '-b': 'block',
  '-c': 'char',
  '-p': 'fifo',
  '-S': 'socket',
};

/** One operator on one operand. */
export function unaryTest(sh: Shell, operator: string, operand: string): boolean {
  const { sys } = sh;
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-t':
      return sys.isatty(sh.io.get(Number(operand)) ?? -1);
    case '-o':
      return sh.has(operand);
    case '-v':
      return isSet(sh, operand);
    case '-R':
      return sh.vars.raw(operand)?.nameref === true;
    case '-h':
    case '-L': {
      const st = sys.lstat(operand);
      return !isErr(st) && st.kind === 'symlink';
    }
    case '-r':
      return operand !== '' && !isErr(sys.access(operand, { read: true }));
    case '-w':
      return operand !== '' && !isErr(sys.access(operand, { write: true }));
    case '-x':
      return operand !== '' && !isErr(sys.access(operand, { exec: true }));
  }
  if (operand === '') return false;
  const st = sys.stat(operand);
  if (isErr(st)) return false;
  const kind = KINDS[operator];
  if (kind) return st.kind === kind;
  switch (operator) {
    case '-s':
      return st.size > 0;
    case '-u':
      return (st.mode & 0o4000) !== 0;
    case '-g':
      return (st.mode & 0o2000) !== 0;
    case '-k':
      return (st.mode & 0o1000) !== 0;
    case '-O':
    case '-G':
      return (operator === '-O' ? st.uid : st.gid) === sys.getuid();
    default:
      return operator === '-e' || operator === '-a';
  }
}

function isSet(sh: Shell, name: string): boolean {
  const m = /^(\w+)\[(.+)\]$/.exec(name);
  if (!m) return sh.vars.get(name) !== undefined;
  const v = sh.vars.lookup(m[1] as string);
  if (!v) return false;
  if (m[2] === '@' || m[2] === '*') return v.items ? v.items.size > 0 : v.value !== undefined;
  const key = v.assoc ? (m[2] as string) : String(sh.evaluateIndex(m[2] as string));
  return v.items ? v.items.has(key) : key === '0' && v.value !== undefined;
}
