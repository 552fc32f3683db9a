/**
 * Compound commands: subshell, group, if, loops, case, select, `(( ))`, `[[ ]]`.
 * @see bash execute_cmd.c: execute_for_command, execute_while_or_until, execute_case_command
 */
import type * as ast from 'unbash';
import { isErr } from '../../kernel/errno.ts';
import { matches } from '../expand/pattern.ts';
import { arithmetic, expandPattern, expandString, expandWords } from '../expand/word.ts';
import type { Job } from '../jobs.ts';
import type { Shell } from '../shell.ts';
import { Unwind } from '../unwind.ts';
import { trace } from './command.ts';
import { testCommand } from './condition.ts';
import { forkShell, groupOptions, waitForeground } from './launch.ts';
import { inCondition, runScript, textOf } from './list.ts';
import { withRedirects } from './redirect.ts';
import { selectLoop } from './select.ts';

/** Runs a compound command; `redirects` are those of a subshell (others were opened by the caller). */
export async function runCompound(
  sh: Shell,
  node: ast.CompoundCommand,
  redirects: readonly ast.Redirection[] = [],
): Promise<number> {
  const tail = sh.tail;
  sh.tail = false;
  sh.pos = node.pos;
  switch (node.type) {
    case 'Subshell':
      return subshell(sh, node, redirects);
    case 'BraceGroup':
      sh.tail = tail;
      return runScript(sh, node.body);
    case 'If':
      return runIf(sh, node);
    case 'While':
      return runWhile(sh, node);
    case 'For':
      return runFor(sh, node);
    case 'ArithmeticFor':
      return runArithmeticFor(sh, node);
    case 'Select':
      return loop(sh, () => selectLoop(sh, node, (body) => iteration(sh, body)));
    case 'Case':
      return runCase(sh, node);
    case 'ArithmeticCommand': {
      await sh.tick();
      if (sh.has('xtrace')) await trace(sh, `(( ${node.body.trim()} ))`);
      try {
        return (await arithmetic(sh, node.body)) === 0n ? 1 : 0;
      } catch (e) {
        if (e instanceof Unwind && e.kind === 'discard') return 1;
        throw e;
      }
    }
    case 'TestCommand':
      await sh.tick();
      if (sh.setup.flavour === 'dash') {
        await sh.complain(sh.dialect.notFound('[['));
        return 127;
      }
      return testCommand(sh, node.expression);
  }
}

async function subshell(sh: Shell, node: ast.Subshell, redirects: readonly ast.Redirection[]): Promise<number> {
  const pid = forkShell(sh, groupOptions(sh, 0, false), async (sub) => {
    sub.tail = redirects.length === 0;
    return withRedirects(sub, redirects, () => runScript(sub, node.body));
  });
  if (isErr(pid)) return sh.fail(...sh.dialect.cannotFork(pid.text));
  const job: Job = {
    id: 0,
    processes: [{ pid, status: undefined }],
    pgid: sh.jobControl ? pid : 0,
    text: textOf(sh, node),
    notified: false,
    foreground: true,
  };
  return waitForeground(sh, job);
}

async function condition(sh: Shell, list: ast.CompoundList): Promise<boolean> {
  return (await inCondition(sh, () => runScript(sh, list))) === 0;
}

async function runIf(sh: Shell, node: ast.If): Promise<number> {
  if (await condition(sh, node.clause)) return runScript(sh, node.then);
  for (const e of node.elif) if (await condition(sh, e.clause)) return runScript(sh, e.then);
  return node.else ? runScript(sh, node.else) : 0;
}

/** Counts the loop while `body` runs and stops at `break`. */
async function loop(sh: Shell, body: () => Promise<number>): Promise<number> {
  sh.loops++;
  try {
    return await body();
  } catch (e) {
    if (!(e instanceof Unwind) || e.kind !== 'break') throw e;
    if (e.value > 1 && sh.loops > 1) {
      e.value--;
      throw e;
    }
    return 0;
  } finally {
    sh.loops--;
  }
}

/** One round of a loop: catches `continue`. */
async function iteration(sh: Shell, body: ast.CompoundList): Promise<number> {
  try {
    return await runScript(sh, body);
  } catch (e) {
    if (!(e instanceof Unwind) || e.kind !== 'continue') throw e;
    if (e.value > 1 && sh.loops > 1) {
      e.value--;
      throw e;
    }
    return 0;
  }
}

function runWhile(sh: Shell, node: ast.While): Promise<number> {
  return loop(sh, async () => {
    let status = 0;
    for (;;) {
      await sh.tick();
      const yes = await whileCondition(sh, node.clause);
      if (yes === undefined) continue;
      if (yes !== (node.kind === 'while')) return status;
      status = await iteration(sh, node.body);
    }
  });
}

/** The condition; undefined when it said `continue`. */
async function whileCondition(sh: Shell, clause: ast.CompoundList): Promise<boolean | undefined> {
  try {
    return await condition(sh, clause);
  } catch (e) {
    if (e instanceof Unwind && e.kind === 'continue' && e.value <= 1) return undefined;
    throw e;
  }
}

async function runFor(sh: Shell, node: ast.For): Promise<number> {
  const words = node.wordlist ? await expandWords(sh, node.wordlist) : [...sh.params];
  return loop(sh, async () => {
    let status = 0;
    for (const w of words) {
      await sh.tick();
      sh.pos = node.pos;
      if (sh.has('xtrace')) await trace(sh, textOf(sh, { pos: node.pos, end: node.body.pos }).replace(/[;\s]*do$/, ''));
      if (sh.vars.set(node.name.value, w) === 'readonly') return sh.fail(sh.dialect.readOnly(node.name.value));
      status = await iteration(sh, node.body);
    }
    return status;
  });
}

function runArithmeticFor(sh: Shell, node: ast.ArithmeticFor): Promise<number> {
  const [init, test, update] = headOf(sh.frame.text.slice(node.pos, node.body.pos));
  return loop(sh, async () => {
    let status = 0;
    if (init.trim() !== '') await arithmetic(sh, init);
    while (test.trim() === '' || (await arithmetic(sh, test)) !== 0n) {
      await sh.tick();
      status = await iteration(sh, node.body);
      if (update.trim() !== '') await arithmetic(sh, update);
    }
    return status;
  });
}

/** The three expressions between `((` and `))`. */
function headOf(text: string): [string, string, string] {
  const from = text.indexOf('((') + 2;
  let depth = 0;
  const parts: string[] = [];
  let start = from;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === '(') depth++;
    else if (c === ')' && depth > 0) depth--;
    else if (c === ')') {
      parts.push(text.slice(start, i));
      break;
    } else if (c === ';' && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [parts[0] ?? '', parts[1] ?? '', parts[2] ?? ''];
}

async function runCase(sh: Shell, node: ast.Case): Promise<number> {
  const word = await expandString(sh, node.word);
  if (sh.has('xtrace')) await trace(sh, `case ${word} in`);
  const options = { extglob: true, nocase: sh.shopt.has('nocasematch') };
  let fall = false;
  let status = 0;
  for (const item of node.items) {
    let hit = fall;
    for (const p of item.pattern) {
      if (hit) break;
      hit = matches(await expandPattern(sh, p), word, options);
    }
    if (!hit) continue;
    status = item.body.commands.length === 0 ? 0 : await runScript(sh, item.body);
    if (item.terminator === ';&') fall = true;
    else if (item.terminator === ';;&') fall = false;
    else return status;
  }
  return status;
}
