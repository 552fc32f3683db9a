/** type, command, builtin, hash, enable, help. */
import { isErr } from '../../kernel/errno.ts';
import { RELEASE } from '../dialect.ts';
import { callBuiltin, runProgram, searchPath } from '../execute/command.ts';
import { singleQuote } from '../expand/quote.ts';
import type { Shell } from '../shell.ts';
import { RESERVED } from '../source.ts';
import { type Builtin, type Output, options } from './builtin.ts';
import { functionText } from './functions.ts';
import { builtinFor, builtins } from './table.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Kind = 'alias' | 'keyword' | 'function' | 'builtin' | 'file';

/** Everything a name may mean, in the order of preference. */
function meanings(sh: Shell, name: string, functions = true): { kind: Kind; value: string }[] {
  const out: { kind: Kind; value: string }[] = [];
  const alias = sh.aliases.get(name);
  if (alias !== undefined && sh.expandsAliases) out.push({ kind: 'alias', value: alias });
  if (RESERVED.includes(name)) out.push({ kind: 'keyword', value: name });
  if (functions && sh.functions.has(name)) out.push({ kind: 'function', value: name });
  if (builtinFor(sh, name)) out.push({ kind: 'builtin', value: name });
  if (name.includes('/')) {
    if (!isErr(sh.sys.access(name, { exec: true }))) out.push({ kind: 'file', value: name });
    return out;
  }
  for (const dir of (sh.vars.get('PATH') ?? DEFAULT_PATH).split(':')) {
    const found = searchPath(sh.sys, name, dir);
    if ('path' in found) out.push({ kind: 'file', value: found.path });
  }
  return out;
}

function describe(sh: Shell, name: string, m: { kind: Kind; value: string }): string {
  switch (m.kind) {
    case 'alias':
      return `${name} is aliased to \`${m.value}'`;
    case 'keyword':
      return `${name} is a shell keyword`;
    case 'function': {
      const f = sh.functions.get(name);
      return `${name} is a function${f && sh.setup.flavour === 'bash' ? `\n${functionText(f)}` : ''}`;
    }
    case 'builtin':
      return `${name} is a shell builtin`;
    case 'file':
      return sh.hashed.get(name)?.path === m.value && sh.setup.flavour === 'bash'
        ? `${name} is hashed (${m.value})`
        : `${name} is ${m.value}`;
  }
}

/** The builtin `type`. */
export const type: Builtin = (sh, args, out) => {
  const o = options(args, 'afptP');
  if (o.bad) return out.usage(o.bad, 'type [-afptP] name [name ...]');
  let status = 0;
  for (const name of o.rest) {
    let found = meanings(sh, name, !o.flags.has('f'));
    if (o.flags.has('P')) found = found.filter((m) => m.kind === 'file');
    if (!o.flags.has('a')) found = found.slice(0, 1);
    if (found.length === 0) {
      status = 1;
      if (!o.flags.has('t') && !o.flags.has('p') && !o.flags.has('P')) {
        if (sh.setup.flavour === 'bash') out.error(`${name}: not found`);
        else {
          out.print(`${name}: not found\n`);
          status = 127;
        }
      }
    }
    for (const m of found) {
      if (o.flags.has('t')) out.print(`${m.kind}\n`);
      else if (o.flags.has('p') || o.flags.has('P')) out.print(m.kind === 'file' ? `${m.value}\n` : '');
      else out.print(`${describe(sh, name, m)}\n`);
    }
  }
  return status;
};

/** The builtin `command`. */
export const command: Builtin = async (sh, args, out) => {
  const o = options(args, 'pvV');
  if (o.bad) return out.usage(o.bad, 'command [-pVv] command [arg ...]');
  if (o.flags.has('v') || o.flags.has('V')) {
    let status = o.rest.length > 0 ? 1 : 0;
    for (const name of o.rest) {
      const m = meanings(sh, name)[0];
      if (m) {
        status = 0;
        if (o.flags.has('V')) out.print(`${describe(sh, name, m)}\n`);
        else
          out.print(
            m.kind === 'alias' ? `alias ${name}=${singleQuote(m.value)}\n` : `${m.kind === 'file' ? m.value : name}\n`,
          );
      } else if (o.flags.has('V')) out.error(`${name}: not found`);
      else if (sh.setup.flavour !== 'bash') status = 127;
    }
    return status;
  }
  if (o.rest.length === 0) return 0;
  const name = o.rest[0] as string;
  const b = builtinFor(sh, name);
  await out.flush();
  if (b) return callBuiltin(sh, b, o.rest);
  return runProgram(sh, o.rest, sh.vars.environ(), false, o.rest.join(' '));
};

/** The builtin `builtin`. */
export const builtin: Builtin = async (sh, args, out) => {
  const name = args[1];
  if (name === undefined) return 0;
  const b = builtinFor(sh, name);
  if (!b) return out.error(`${name}: not a shell builtin`);
  return callBuiltin(sh, b, args.slice(1));
};

/** The builtin `hash`. */
export const hash: Builtin = (sh, args, out) => {
  const o = options(args, 'rdlt', 'p');
  if (o.bad) return out.usage(o.bad, 'hash [-lr] [-p pathname] [-dt] [name ...]');
  if (o.flags.has('r')) sh.hashed.clear();
  if (o.rest.length === 0 && !o.flags.has('r')) {
    if (sh.hashed.size === 0) out.print('hash: hash table empty\n');
    else {
      out.print('hits\tcommand\n');
      for (const h of sh.hashed.values()) out.print(`${String(h.hits).padStart(4)}\t${h.path}\n`);
    }
    return 0;
  }
  let status = 0;
  for (const n of o.rest) {
    const known = sh.hashed.get(n);
    if (o.flags.has('d')) sh.hashed.delete(n);
    else if (o.flags.has('t')) {
      if (known) out.print(`${known.path}\n`);
      else status = out.error(`${n}: not found`);
    } else {
      const p = o.flags.get('p');
      const found = p !== undefined ? { path: p } : searchPath(sh.sys, n, sh.vars.get('PATH') ?? DEFAULT_PATH);
      if ('path' in found) sh.hashed.set(n, { path: found.path, hits: 0 });
      else if (!builtinFor(sh, n)) status = out.error(`${n}: not found`);
    }
  }
  return status;
};

/** The builtin `enable`. */
export const enable: Builtin = (sh, args, out) => {
  const o = options(args, 'anps');
  if (o.bad) return out.usage(o.bad, 'enable [-a] [-dnps] [-f filename] [name ...]');
  if (o.rest.length === 0) {
    for (const n of Object.keys(builtins()).sort()) {
      if (sh.disabled.has(n) === o.flags.has('n') || o.flags.has('a'))
        out.print(`enable ${sh.disabled.has(n) ? '-n ' : ''}${n}\n`);
    }
    return 0;
  }
  let status = 0;
  for (const n of o.rest) {
    if (!builtins()[n]) status = out.error(`${n}: not a shell builtin`);
    else if (o.flags.has('n')) sh.disabled.add(n);
    else sh.disabled.delete(n);
  }
  return status;
};

/** The builtin `help`. */
export const help: Builtin = (_sh, args, out) => helpText(args, out);

function helpText(args: readonly string[], out: Output): number {
  const names = Object.keys(builtins()).sort();
  if (args.length === 1) {
    out.print(`GNU bash, version ${RELEASE}(1)-release (x86_64-pc-linux-gnu)\nBuiltin commands of this shell:\n\n`);
    for (let i = 0; i < names.length; i += 6)
      out.print(
        ` ${names
          .slice(i, i + 6)
          .map((n) => n.padEnd(11))
          .join(' ')
          .trimEnd()}\n`,
      );
    return 0;
  }
  let status = 0;
  for (const n of args.slice(1)) {
    if (names.includes(n)) out.print(`${n}: a shell builtin\n`);
    else status = out.error(`no help topics match \`${n}'.  Try \`help help' or \`man -k ${n}' or \`info ${n}'.`);
  }
  return status;
}
