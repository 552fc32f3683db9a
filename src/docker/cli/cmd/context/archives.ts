import { isErr } from '../../../../linux/kernel/errno.ts';
import { readStdin } from '../../archive/write.ts';
import { packContext, unpackContext } from '../../contexts/archive.ts';
import { DEFAULT_CONTEXT, nameFailure } from '../../contexts/store.ts';
import { Failure, failed } from '../../failure.ts';
import { goQuote } from '../../flags/gostrconv.ts';
import { between, command, exactly } from '../../spec.ts';
import { freeName } from './create.ts';

/** `docker context export`. @see docker/cli cli/command/context/export.go */
export const contextExport = command({
  path: ['context', 'export'],
  use: '[OPTIONS] CONTEXT [FILE|-]',
  short: 'Write a context to a tar archive',
  args: between(1, 2),
  flags: [],
  run: async (ctx, _o, [name = '', file = `${name}.dockercontext`]) => {
    const bad = name === DEFAULT_CONTEXT ? undefined : nameFailure(name);
    if (bad) return bad;
    const meta = ctx.contexts.get(name);
    if (file === '-') {
      if (ctx.sys.isatty(1)) return new Failure('cowardly refusing to export to a terminal, specify a file path');
      if (failed(meta)) return meta;
      await ctx.bytes(1, packContext(meta, ctx.contexts.tls(name)));
      return 0;
    }
    if (!isErr(ctx.sys.stat(file))) return new Failure(`open ${file}: file exists`);
    // the file is made first, and stays when there is nothing to put into it
    const bytes = failed(meta) ? new Uint8Array(0) : packContext(meta, ctx.contexts.tls(name));
    const written = ctx.sys.writeFile(file, bytes, 0o600);
    if (isErr(written)) return new Failure(`open ${file}: ${written.text.toLowerCase()}`);
    if (failed(meta)) return meta;
    await ctx.err(`Written file ${goQuote(file)}\n`);
    return 0;
  },
});

/** `docker context import`. @see docker/cli cli/command/context/import.go */
export const contextImport = command({
  path: ['context', 'import'],
  use: 'CONTEXT FILE|-',
  short: 'Read a context from a tar archive',
  args: exactly(2),
  flags: [],
  run: async (ctx, _o, [name = '', file = '']) => {
    const taken = freeName(ctx, name);
    if (taken) return taken;
    const data = file === '-' ? await readStdin(ctx) : ctx.sys.readFile(file);
    if (isErr(data)) return new Failure(`open ${file}: ${data.text.toLowerCase()}`);
    const read = unpackContext(data, name);
    if (failed(read)) return read;
    ctx.contexts.store.putTls(name, read.tls);
    const failure = ctx.contexts.store.put(read.meta);
    if (failure) return failure;
    await ctx.out(`${name}\n`);
    await ctx.err(`Successfully imported context ${goQuote(name)}\n`);
    return 0;
  },
});
