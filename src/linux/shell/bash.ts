/**
 * The programs `bash`, `sh` of Debian (dash) and `sh` of busybox (ash): options, start-up files, and the main loop.
 * @see bash shell.c: main
 */
import { isErr } from '../kernel/errno.ts';
import type { Program } from '../kernel/machine.ts';
import type { Sys } from '../kernel/sys.ts';
import { setOption } from './builtins/options.ts';
import type { CompleterMap } from './complete.ts';
import { type Flavour, RELEASE } from './dialect.ts';
import { installDynamics } from './dynamic.ts';
import { runToEnd } from './execute/launch.ts';
import { interactiveLoop, prepareTerminal } from './interactive.ts';
import { runText, scriptText } from './script.ts';
import { OPTION_LETTERS, Shell } from './shell.ts';
import { inputText } from './stdin.ts';

/** What a shell program is made with. */
export interface ShellProgramOptions {
  /** Completers of commands' arguments, for Tab. */
  readonly completers?: CompleterMap;
}

function program(name: string, flavour: Flavour, options: ShellProgramOptions): Program {
  return { name, main: (sys) => main(sys, flavour, options.completers ?? {}) };
}

/** GNU bash. Called as `sh` it is bash still. */
export function bashProgram(options: ShellProgramOptions = {}): Program {
  return program('bash', 'bash', options);
}

/** Debian's /bin/sh: texts and defaults of dash. */
export function dashProgram(options: ShellProgramOptions = {}): Program {
  return program('dash', 'dash', options);
}

/** The sh of busybox and alpine: texts and defaults of ash. */
export function ashProgram(options: ShellProgramOptions = {}): Program {
  return program('ash', 'ash', options);
}

interface Call {
  login: boolean;
  interactive: boolean;
  stdin: boolean;
  command: boolean;
  norc: boolean;
  noprofile: boolean;
  noediting: boolean;
  rcfile: string | undefined;
  on: string[];
  off: string[];
  shopt: [string, boolean][];
  rest: string[];
  error?: string;
  answer?: string;
}

const VERSION = `GNU bash, version ${RELEASE}(1)-release (x86_64-pc-linux-gnu)
Copyright (C) 2025 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>

This is free software; you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.
`;

function longOption(call: Call, args: readonly string[], i: number): number {
  const a = (args[i] as string).replace(/^--?/, '');
  switch (a) {
    case 'login':
      call.login = true;
      return i;
    case 'norc':
      call.norc = true;
      return i;
    case 'noprofile':
      call.noprofile = true;
      return i;
    case 'noediting':
      call.noediting = true;
      return i;
    case 'posix':
      call.on.push('posix');
      return i;
    case 'verbose':
      call.on.push('verbose');
      return i;
    case 'rcfile':
    case 'init-file':
      call.rcfile = args[i + 1];
      return i + 1;
    case 'version':
      call.answer = VERSION;
      return i;
    default:
      call.error = `${args[i]}: invalid option`;
      return i;
  }
}

function parseCall(argv: readonly string[]): Call {
  const call: Call = {
    login: argv[0]?.startsWith('-') ?? false,
    interactive: false,
    stdin: false,
    command: false,
    norc: false,
    noprofile: false,
    noediting: false,
    rcfile: undefined,
    on: [],
    off: [],
    shopt: [],
    rest: [],
  };
  let i = 1;
  for (; i < argv.length; i++) {
    const a = argv[i] as string;
    if (a === '--' || a === '-') {
      i++;
      break;
    }
    if (a.startsWith('--')) {
      i = longOption(call, argv, i);
      if (call.error) return call;
      continue;
    }
    if (!/^[-+]./.test(a)) break;
    i = shortOptions(call, argv, i);
    if (call.error) return call;
  }
  call.rest = argv.slice(i);
  return call;
}

function shortOptions(call: Call, argv: readonly string[], i: number): number {
  const a = argv[i] as string;
  const on = a[0] === '-';
  let used = i;
  for (const c of a.slice(1)) {
    if (c === 'c') call.command = true;
    else if (c === 'i') call.interactive = true;
    else if (c === 's') call.stdin = true;
    else if (c === 'l') call.login = true;
    else if (c === 'o') (on ? call.on : call.off).push(argv[++used] ?? '');
    else if (c === 'O') call.shopt.push([argv[++used] ?? '', on]);
    else {
      const named = OPTION_LETTERS.find(([l]) => l === c);
      if (!named) {
        call.error = `${a[0]}${c}: invalid option`;
        return used;
      }
      (on ? call.on : call.off).push(named[1]);
    }
  }
  return used;
}

const PATHS: Readonly<Record<Flavour, string>> = {
  bash: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  dash: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ash: '/sbin:/usr/sbin:/bin:/usr/bin',
};

/** Variables of a new shell: the environment, and the shell's own. */
function importEnvironment(sh: Shell): void {
  const { sys, vars } = sh;
  for (const name of Object.keys(sys.env).sort()) {
    if (!/^[A-Za-z_]\w*$/.test(name)) continue;
    vars.set(name, sys.env[name] as string);
    vars.export(name);
  }
  const bash = sh.setup.flavour === 'bash';
  if (vars.get('PATH') === undefined) vars.set('PATH', PATHS[sh.setup.flavour]);
  if (vars.get('IFS') === undefined || bash) vars.set('IFS', ' \t\n');
  vars.set('OPTIND', '1');
  vars.set('PS4', '+ ');
  const cwd = sys.cwd();
  vars.set('PWD', cwd);
  vars.export('PWD');
  if (!bash) return;
  if (vars.raw('OLDPWD') === undefined) vars.export('OLDPWD');
  vars.set('SHLVL', String((Number(vars.get('SHLVL') ?? '0') || 0) + 1));
  vars.export('SHLVL');
  vars.set('OPTERR', '1');
  vars.set('BASH', '/bin/bash');
  vars.set('BASH_VERSION', `${RELEASE}(1)-release`);
  const info = vars.declare('BASH_VERSINFO');
  info.items = new Map([...RELEASE.split('.'), '1', 'release', 'x86_64-pc-linux-gnu'].map((x, i) => [String(i), x]));
  info.readonly = true;
  vars.set('HOSTNAME', sys.gethostname());
  vars.set('HOSTTYPE', 'x86_64');
  vars.set('OSTYPE', 'linux-gnu');
  vars.set('MACHTYPE', 'x86_64-pc-linux-gnu');
  if (vars.get('SHELL') === undefined) vars.set('SHELL', '/bin/bash');
  if (vars.get('TERM') === undefined) vars.set('TERM', 'dumb');
  vars.set('_', '/bin/bash');
}

async function main(sys: Sys, flavour: Flavour, completers: CompleterMap): Promise<number> {
  const sh = new Shell(sys, { flavour, completers });
  sh.arg0 = sys.argv[0] ?? flavour;
  if (flavour !== 'bash') sh.options.delete('braceexpand');
  const call = parseCall(sys.argv);
  for (const fd of sys.fds()) sh.io.set(fd, fd);
  if (call.answer) {
    await sh.write(1, call.answer);
    return 0;
  }
  if (call.error) {
    await sh.write(2, `${sh.arg0}: ${call.error}\n`);
    return 2;
  }
  importEnvironment(sh);
  installDynamics(sh);
  for (const o of call.on) setOption(sh, o, true);
  for (const o of call.off) setOption(sh, o, false);
  for (const [name, on] of call.shopt) sh.setShopt(name, on);
  sh.login = call.login;
  const readsStdin = !call.command && (call.stdin || call.rest.length === 0);
  sh.interactive = call.interactive || (readsStdin && sys.isatty(0) && sys.isatty(2));
  sh.messageInteractive = sh.interactive;
  sh.readsStdin = readsStdin;
  return runToEnd(sh, () => start(sh, call));
}

async function start(sh: Shell, call: Call): Promise<number> {
  if (sh.interactive) prepareTerminal(sh);
  if (call.command) return runCommandString(sh, call);
  if (!sh.readsStdin) return runScriptFile(sh, call);
  sh.params = call.rest;
  await startupFiles(sh, call);
  if (sh.interactive) return interactiveLoop(sh, !call.noediting);
  return inputText(sh);
}

async function runCommandString(sh: Shell, call: Call): Promise<number> {
  const text = call.rest[0];
  if (text === undefined) {
    await sh.write(2, `${sh.arg0}: -c: option requires an argument\n`);
    return 2;
  }
  sh.commandString = text;
  if (call.rest[1] !== undefined) sh.arg0 = call.rest[1];
  sh.params = call.rest.slice(2);
  await startupFiles(sh, call);
  sh.tail = true;
  return runText(sh, text);
}

async function runScriptFile(sh: Shell, call: Call): Promise<number> {
  const path = call.rest[0] as string;
  const text = await scriptText(sh, path);
  if (typeof text !== 'string') {
    const said =
      sh.setup.flavour === 'bash'
        ? `${sh.arg0}: ${path}: ${text.error}`
        : `${sh.arg0}: 0: cannot open ${path}: No such file`;
    await sh.write(2, `${said}\n`);
    return text.status;
  }
  sh.arg0 = path;
  sh.params = call.rest.slice(1);
  await startupFiles(sh, call);
  return runText(sh, text);
}

async function startupFiles(sh: Shell, call: Call): Promise<void> {
  const home = sh.vars.get('HOME') ?? '/root';
  const run = async (path: string): Promise<boolean> => {
    if (isErr(sh.sys.stat(path))) return false;
    const text = await scriptText(sh, path);
    if (typeof text !== 'string') return false;
    const arg0 = sh.arg0;
    sh.calls.push({ name: 'source', source: path, line: 0 });
    try {
      await runText(sh, text, 'source');
    } finally {
      sh.calls.pop();
      sh.arg0 = arg0;
      sh.status = 0;
    }
    return true;
  };
  if (sh.login && !call.noprofile) {
    await run('/etc/profile');
    for (const f of sh.setup.flavour === 'bash' ? ['.bash_profile', '.bash_login', '.profile'] : ['.profile']) {
      if (await run(`${home}/${f}`)) break;
    }
  } else if (sh.interactive && sh.setup.flavour === 'bash' && !call.norc) {
    await run('/etc/bash.bashrc');
    await run(call.rcfile ?? `${home}/.bashrc`);
  } else if (call.norc && sh.vars.get('PS1') === undefined) sh.vars.set('PS1', '\\s-\\v\\$ ');
  else if (!sh.interactive && sh.setup.flavour === 'bash' && sh.vars.get('BASH_ENV'))
    await run(sh.vars.get('BASH_ENV') as string);
}
