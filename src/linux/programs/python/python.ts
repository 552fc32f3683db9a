/**
 * `python`: runs a script, or the text after -c. What a script of an image does is a program of the machine that the
 * script's file names (Stat.program); its text is what `cat` shows. Other text is run by a small interpreter.
 *
 * Limits: those of run.ts; of modules that -m runs, `http.server` only; no interactive mode.
 */
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { readAll, STDIN } from '../stdio.ts';
import { serveDirectory } from './http.ts';
import { runSource } from './run.ts';

const USAGE = '[option] ... [-c cmd | -m mod | file | -] [arg] ...';

async function run(ctx: Context): Promise<number> {
  const args = [...ctx.args];
  const { sys } = ctx;
  while (args[0]?.startsWith('-')) {
    const flag = args.shift() as string;
    if (flag === '-V' || flag === '--version') {
      await ctx.out('Python 3.14.8\n');
      return 0;
    }
    if (flag === '-m') return module(ctx, args);
    if (flag === '-c') {
      const [source, ...rest] = args;
      if (source !== undefined) return runSource(sys, source, '<string>', ['-c', ...rest]);
      await ctx.err(`Argument expected for the -c option\nusage: ${ctx.name} ${USAGE}\n`);
      return 2;
    }
    if (flag !== '-u' && flag !== '-B' && flag !== '-E' && flag !== '-s' && flag !== '-I' && flag !== '-O') {
      await ctx.err(
        `unknown option ${flag}\nusage: ${ctx.name} ${USAGE}\nTry '${ctx.name} -h' for more information.\n`,
      );
      return 2;
    }
  }
  const script = args[0];
  if (script === undefined || script === '-') {
    if (sys.isatty(STDIN)) {
      await ctx.err(`${ctx.name}: this machine has no interactive Python\n`);
      return 1;
    }
    const source = await readAll(sys, STDIN);
    return isErr(source)
      ? 1
      : runSource(sys, new TextDecoder().decode(source), '<stdin>', args.length > 0 ? args : ['']);
  }
  const st = sys.stat(script);
  if (isErr(st)) {
    const full = script.startsWith('/') ? script : `${sys.cwd() === '/' ? '' : sys.cwd()}/${script}`;
    await ctx.err(`${ctx.name}: can't open file '${full}': [Errno ${st.code}] ${st.text}\n`);
    return 2;
  }
  if (st.kind === 'dir') {
    await ctx.err(`${ctx.name}: can't find '__main__' module in '${script}'\n`);
    return 1;
  }
  if (st.program === undefined) {
    const bytes = sys.readFile(script);
    if (!isErr(bytes)) return runSource(sys, new TextDecoder().decode(bytes), script, args);
  }
  const code = await sys.interpret(script);
  if (!isErr(code)) return code;
  await ctx.err(`${ctx.name}: can't open file '${script}': [Errno ${code.code}] ${code.text}\n`);
  return 2;
}

async function module(ctx: Context, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name !== 'http.server') {
    await ctx.err(`/usr/bin/${ctx.name}: No module named ${name ?? ''}\n`);
    return 1;
  }
  return serveDirectory(ctx, rest);
}

/** The `python` command. */
export const spec = defineProgram({
  name: 'python',
  path: '/usr/bin/python3',
  summary: 'Run a Python script of an image',
  order: 'own',
  options: [
    { name: 'version', short: 'V', help: 'print the version' },
    { name: 'module', short: 'm', arg: 'required', metavar: 'mod', help: 'run a module: http.server' },
  ],
  run,
});
