/** sed: edits lines by a script as they go by. */
import { utf8 } from '../../../../base/http.ts';
import { isErr } from '../../../kernel/errno.ts';
import { defineProgram } from '../../spec.ts';
import { readText } from '../../stdio.ts';
import { Editor } from './edit.ts';
import { type Command, parse, ScriptError } from './parse.ts';

/** The `sed` command. */
export const spec = defineProgram({
  name: 'sed',
  path: '/usr/bin/sed',
  summary: 'Edit the lines of files, or of standard input, by a script',
  synopsis: ['[OPTION]... {script-only-if-no-other-script} [input-file]...'],
  version: 'sed (GNU sed) 4.9',
  usageError: 'usage',
  options: [
    { name: 'regexp-extended', short: 'E', also: 'r', help: 'extended expressions' },
    { name: 'expression', short: 'e', arg: 'required', metavar: 'SCRIPT', help: 'commands to run' },
    { name: 'file', short: 'f', arg: 'required', metavar: 'FILE', help: 'commands from FILE' },
    { name: 'in-place', short: 'i', arg: 'optional', metavar: 'SUFFIX', help: 'change the files themselves' },
    { name: 'quiet', short: 'n', help: 'write only what the script writes' },
    { name: 'silent', help: 'the same' },
    { name: 'separate', short: 's', help: 'files are separate' },
    { name: 'unbuffered', short: 'u', help: 'write each line at once' },
    { name: 'null-data', short: 'z', help: 'lines end with NUL' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const operands = [...ctx.operands];
    const parts: string[] = [];
    for (const given of o.list) {
      if (given.name === 'expression') parts.push(given.value);
      if (given.name !== 'file') continue;
      const text = readText(ctx.sys, given.value);
      if (isErr(text)) return ctx.fail(`couldn't open file ${given.value}: ${text.text}`);
      parts.push(text);
    }
    if (parts.length === 0) {
      const script = operands.shift();
      if (script === undefined) {
        await ctx.err(`Usage: ${ctx.name} [OPTION]... {script-only-if-no-other-script} [input-file]...\n`);
        return 1;
      }
      parts.push(script);
    }
    let script: Command[];
    try {
      script = parse(parts.join('\n'), o.has('regexp-extended'));
    } catch (e) {
      if (e instanceof ScriptError) return ctx.fail(e.message);
      throw e;
    }
    const quiet = o.has('quiet') || o.has('silent') || parts[0]?.startsWith('#n\n') === true;
    if (!o.has('in-place')) return new Editor(ctx, script, quiet, (s) => ctx.out(s)).run(operands);
    let exit = 0;
    for (const file of operands) {
      let text = '';
      const editor = new Editor(ctx, script, quiet, async (s) => {
        text += s;
      });
      exit = Math.max(exit, await editor.run([file]));
      const suffix = o.value('in-place');
      const before = ctx.sys.readFile(file);
      if (suffix && !isErr(before)) ctx.sys.writeFile(file + suffix, before);
      if (!isErr(before)) ctx.sys.writeFile(file, utf8(text));
    }
    return exit;
  },
});
