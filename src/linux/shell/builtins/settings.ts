/** set, shopt. @see bash builtins/set.def, shopt.def */
import { OPTION_LETTERS, type Shell } from '../shell.ts';
import { type Builtin, type Output, options } from './builtin.ts';
import { functionText } from './functions.ts';
import { SET_OPTIONS, setOption } from './options.ts';
import { showVariables } from './variables.ts';

/** Names of shopt, sorted. */
export const SHOPT_OPTIONS: readonly string[] = [
  'array_expand_once', 'assoc_expand_once', 'autocd', 'bash_source_fullpath', 'cdable_vars', 'cdspell', 'checkhash',
  'checkjobs', 'checkwinsize', 'cmdhist', 'compat31', 'compat32', 'compat40', 'compat41', 'compat42', 'compat43',
  'compat44', 'complete_fullquote', 'direxpand', 'dirspell', 'dotglob', 'execfail', 'expand_aliases', 'extdebug',
  'extglob', 'extquote', 'failglob', 'force_fignore', 'globasciiranges', 'globskipdots', 'globstar', 'gnu_errfmt',
  'histappend', 'histreedit', 'histverify', 'hostcomplete', 'huponexit', 'inherit_errexit', 'interactive_comments',
  'lastpipe', 'lithist', 'localvar_inherit', 'localvar_unset', 'login_shell', 'mailwarn', 'no_empty_cmd_completion',
  'nocaseglob', 'nocasematch', 'noexpand_translation', 'nullglob', 'patsub_replacement', 'progcomp', 'progcomp_alias',
  'promptvars', 'restricted_shell', 'shift_verbose', 'sourcepath', 'varredir_close', 'xpg_echo',
]; // biome-ignore format: names

function showOptions(sh: Shell, out: Output, reusable: boolean): void {
  for (const n of SET_OPTIONS) {
    const on = sh.has(n);
    out.print(reusable ? `set ${on ? '-' : '+'}o ${n}\n` : `${n.padEnd(15)}\t${on ? 'on' : 'off'}\n`);
  }
}

/** The builtin `set`. */
export const set: Builtin = (sh, args, out) => {
  if (args.length === 1) {
    showVariables(sh, out);
    if (sh.setup.flavour === 'bash')
      for (const n of [...sh.functions.keys()].sort()) out.print(`${functionText(sh.functions.get(n)!)}\n`);
    return 0;
  }
  let i = 1;
  for (; i < args.length; i++) {
    const a = args[i] as string;
    if (a === '--') {
      sh.params = args.slice(i + 1);
      return 0;
    }
    if (a === '-') {
      sh.options.delete('xtrace');
      sh.options.delete('verbose');
      if (i + 1 < args.length) sh.params = args.slice(i + 1);
      return 0;
    }
    if (!/^[-+]./.test(a)) break;
    const on = a[0] === '-';
    for (const c of a.slice(1)) {
      if (c === 'o') {
        const name = args[i + 1];
        if (name === undefined) {
          showOptions(sh, out, !on);
          return 0;
        }
        i++;
        if (!setOption(sh, name, on))
          return out.error(`${name}: invalid option name`, sh.setup.flavour === 'bash' ? 2 : 2);
        continue;
      }
      const named = OPTION_LETTERS.find(([l]) => l === c);
      if (!named) return out.usage(`${a[0]}${c}`, 'set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]');
      setOption(sh, named[1], on);
    }
  }
  if (i < args.length) sh.params = args.slice(i);
  return 0;
};

/** The builtin `shopt`. */
export const shopt: Builtin = (sh, args, out) => {
  const o = options(args, 'opqsu');
  if (o.bad) return out.usage(o.bad, 'shopt [-pqsu] [-o] [optname ...]');
  const useSet = o.flags.has('o');
  const known = useSet ? SET_OPTIONS : SHOPT_OPTIONS;
  const is = (n: string): boolean => (useSet ? sh.has(n) : sh.shoptOn(n));
  const change = o.flags.has('s') || o.flags.has('u');
  let status = 0;
  const show = (n: string): void =>
    out.print(
      o.flags.has('p')
        ? useSet
          ? `set ${is(n) ? '-' : '+'}o ${n}\n`
          : `shopt ${is(n) ? '-s' : '-u'} ${n}\n`
        : `${n.padEnd(useSet ? 15 : 20)}\t${is(n) ? 'on' : 'off'}\n`,
    );
  if (o.rest.length === 0) {
    for (const n of known) if (!change || is(n) === o.flags.has('s')) show(n);
    return 0;
  }
  for (const n of o.rest) {
    if (!known.includes(n)) {
      status = out.error(`${n}: invalid shell option name`);
      continue;
    }
    if (change) {
      if (useSet) setOption(sh, n, o.flags.has('s'));
      else sh.setShopt(n, o.flags.has('s'));
    } else {
      if (!is(n)) status = 1;
      if (!o.flags.has('q')) show(n);
    }
  }
  return status;
};
