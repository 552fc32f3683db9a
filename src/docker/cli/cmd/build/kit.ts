/** `docker build` with BuildKit. @see docker/buildx commands/build.go: runBuild */
import { bytesFromBase64 } from '../../../../base/base64.ts';
import { readTar, rootEntry, type TarEntry } from '../../../../base/tar.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import { type BuildFailure, decodeStatus, type SessionOptions } from '../../../api/buildkit.ts';
import { unpackLocal } from '../../archive/local.ts';
import type { Ctx } from '../../context.ts';
import { DaemonError, Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { familiarName, fullString, parseReference, tagged } from '../../reference.ts';
import { type Builder, findBuilder, noteActivity } from '../buildx/builders.ts';
import { boot } from '../buildx/manage.ts';
import { printAnswer } from './answers.ts';
import { query } from './build.ts';
import { writeId } from './classic.ts';
import { type Display, displayFor, excerpt, warningsText } from './display.ts';
import { attestation, cacheExport, multiPlatform, type Output, parseOutput, readSecret } from './exports.ts';
import { readContexts, readSession, type Session } from './session.ts';

interface Message {
  readonly id?: string;
  readonly aux?: unknown;
  readonly error?: string;
  readonly errorDetail?: { readonly message: string };
}

/** What flags ask for that the API has no words for. */
interface Asked {
  readonly options: SessionOptions;
  readonly entries: readonly TarEntry[];
  readonly output: Output | undefined;
  readonly isPush: boolean;
  readonly format: string;
}

function parseAll(ctx: Ctx, o: Options): Asked | Failure {
  const outputs: Output[] = [];
  for (const text of o.list('output')) {
    const parsed = parseOutput(ctx, text);
    if (failed(parsed)) return parsed;
    outputs.push(parsed);
  }
  if (outputs.length > 1)
    return new Failure(
      'ERROR: failed to build: multiple outputs currently unsupported by the current BuildKit daemon, please upgrade to version v0.13+ or use a single output',
    );
  const [output] = outputs;
  if (output && (output.type === 'local' || output.type === 'tar') && o.string('iidfile') !== '')
    return new Failure('ERROR: local and tar exporters are incompatible with image ID file');
  if (o.list('platform').flatMap((p) => p.split(',')).length > 1) return multiPlatform();
  if (o.list('cache-to').some((c) => !/(?:^|,)type=inline/.test(c))) return cacheExport();
  const wants = (text: string): boolean => text !== '' && text !== 'false' && text !== '0';
  if (wants(o.string('sbom')) || wants(o.string('provenance')) || o.list('attest').length > 0) return attestation();
  const entries: TarEntry[] = [];
  for (const text of o.list('secret')) {
    const secret = readSecret(ctx, text);
    if (failed(secret)) return secret;
    if (secret) entries.push(rootEntry(`secrets/${secret.id}`, secret.data));
  }
  const contexts = readContexts(ctx, o.list('build-context'));
  if (failed(contexts)) return contexts;
  if (o.list('ssh').length > 0 && !ctx.sys.env.SSH_AUTH_SOCK)
    return new Failure('ERROR: failed to build: invalid empty ssh agent socket, make sure SSH_AUTH_SOCK is set');
  const [call = 'build', ...rest] = (o.bool('check') ? 'check' : o.string('call')).split(',');
  const options: SessionOptions = {
    contexts: contexts.names,
    noCacheFilter: o.list('no-cache-filter').flatMap((n) => n.split(',')),
    outputs,
    call: call === 'lint' ? 'check' : call,
    allow: [...o.list('allow'), ...(o.string('network') === 'host' ? ['network.host'] : [])],
    ssh: o.list('ssh'),
    filename: '',
  };
  return {
    options,
    entries: [...entries, ...contexts.entries],
    output,
    isPush: o.bool('push') || output?.push === 'true',
    format: rest.find((r) => r.startsWith('format='))?.slice(7) ?? '',
  };
}

/** Sends what the builder needs, shows its progress, and takes what it made. @returns the exit code */
export async function buildWithKit(ctx: Ctx, o: Options, where: string): Promise<number | Failure> {
  const asked = parseAll(ctx, o);
  if (failed(asked)) return asked;
  const mode = o.string('progress');
  if (o.bool('quiet') && mode !== 'auto' && mode !== 'quiet')
    return new Failure(`ERROR: progress=${mode} and quiet cannot be used together`);
  const isQuiet = o.bool('quiet') || mode === 'quiet';
  for (const t of o.list('tag')) {
    const ref = parseReference(t);
    if ('error' in ref) return new Failure(`ERROR: failed to build: invalid tag ${JSON.stringify(t)}: ${ref.error}`);
  }
  const name = o.string('builder');
  const builder = findBuilder(ctx, name);
  if (!builder) return new Failure(`ERROR: no builder ${JSON.stringify(name)} found`);
  const display = displayFor(ctx, o.bool('quiet') ? 'quiet' : mode, builder);
  if (failed(display)) return display;
  const booted = builder.Driver === 'docker' ? undefined : await boot(ctx);
  if (booted) return booted;
  const session = await readSession(ctx, where, o.string('file'), asked.options, asked.entries);
  if (failed(session)) return session;
  noteActivity(ctx, builder);
  await display.begin();
  const done = await solve(ctx, o, session, display);
  await display.done();
  if (!isQuiet && mode !== 'rawjson')
    await ctx.err(warningsText(display.trace.warnings, ctx.sys.isatty(2), ctx.contexts.global.bool('debug')));
  if (failed(done)) return done;
  if (done.failure) {
    const { message, sources } = done.failure;
    for (const s of sources) await ctx.err(excerpt(s.file, s.ranges));
    return new Failure(`ERROR: failed to build: failed to solve: ${message}`);
  }
  if (done.answer) return printAnswer(ctx, asked.options.call, asked.format, done.answer as never);
  if (done.archive) return writeFiles(ctx, asked.output as Output, done.archive);
  if (isQuiet) await ctx.out(`${done.id}\n`);
  return writeId(ctx, o, done.id) ?? writeMetadata(ctx, o, builder, done.id) ?? (asked.isPush ? push(ctx, o) : 0);
}

interface Done {
  id: string;
  failure: BuildFailure | undefined;
  answer: unknown;
  archive: Uint8Array | undefined;
}

async function solve(ctx: Ctx, o: Options, session: Session, display: Display): Promise<Done | Failure> {
  const done: Done = { id: '', failure: undefined, answer: undefined, archive: undefined };
  const headers = { 'content-type': 'application/x-tar' };
  const asked = { ...query(ctx, o, session.dockerfile), version: '2', remote: session.remote || undefined };
  const reply = await ctx.client.call('POST', '/build', { query: asked, raw: session.archive, headers });
  if (failed(reply)) {
    if (!(reply instanceof DaemonError)) return new Failure(`ERROR: ${reply.message}`);
    done.failure = { message: reply.reason, sources: [] };
    return done;
  }
  for await (const m of reply.values<Message>()) {
    if (m.id === 'moby.buildkit.trace')
      await display.update(decodeStatus(bytesFromBase64(m.aux as string) ?? new Uint8Array(0)));
    else if (m.id === 'moby.image.id') done.id = (m.aux as { ID: string }).ID;
    else if (m.id === 'moby.buildkit.failure') done.failure = m.aux as BuildFailure;
    else if (m.id === 'moby.buildkit.result') done.answer = m.aux;
    else if (m.id === 'moby.buildkit.export') done.archive = bytesFromBase64((m.aux as { archive: string }).archive);
    const error = m.errorDetail?.message ?? m.error;
    if (error !== undefined) done.failure ??= { message: error, sources: [] };
  }
  return done;
}

/** `--output type=local` and `type=tar` */
async function writeFiles(ctx: Ctx, output: Output, archive: Uint8Array): Promise<number | Failure> {
  const { type, dest = '-' } = output;
  if (type === 'tar') {
    if (dest === '-') await ctx.bytes(1, archive);
    else {
      const e = ctx.sys.writeFile(dest, archive);
      if (isErr(e)) return new Failure(`ERROR: failed to build: open ${dest}: ${e.text.toLowerCase()}`);
    }
    return 0;
  }
  const entries = readTar(archive);
  if (!Array.isArray(entries)) return new Failure(`ERROR: ${entries}`);
  const parts = dest.split('/');
  for (let n = 1; n <= parts.length; n++) {
    const dir = parts.slice(0, n).join('/');
    if (dir !== '' && isErr(ctx.sys.stat(dir))) ctx.sys.mkdir(dir, 0o755);
  }
  return unpackLocal(ctx.sys, dest, entries, (n) => n, false) ?? 0;
}

/** `--metadata-file` */
function writeMetadata(ctx: Ctx, o: Options, builder: Builder, id: string): Failure | undefined {
  const file = o.string('metadata-file');
  if (file === '') return undefined;
  const names = o.list('tag').map(longName);
  const data = {
    'buildx.build.ref': `${builder.Name}/${builder.Nodes[0]?.Name}/${id.slice(7, 32)}`,
    'containerimage.config.digest': id,
    'containerimage.digest': id,
    ...(names.length > 0 ? { 'image.name': names.join(',') } : {}),
  };
  const e = ctx.sys.writeFile(file, new TextEncoder().encode(JSON.stringify(data, undefined, 2)));
  return isErr(e) ? new Failure(`ERROR: open ${file}: ${e.text.toLowerCase()}`) : undefined;
}

function longName(tag: string): string {
  const ref = parseReference(tag);
  return 'error' in ref ? tag : fullString(tagged(ref.value));
}

/** The engine sends what it has made. @see docker/buildx build/utils.go: pushWithMoby */
async function push(ctx: Ctx, o: Options): Promise<number | Failure> {
  if (o.list('tag').length === 0) return new Failure('ERROR: failed to build: tag is needed when pushing to registry');
  for (const tag of o.list('tag')) {
    const ref = parseReference(tag);
    if ('error' in ref) return new Failure(`ERROR: ${ref.error}`);
    const full = tagged(ref.value);
    const reply = await ctx.client.call('POST', `/images/${familiarName(full)}/push`, { query: { tag: full.tag } });
    if (failed(reply)) return new Failure(`ERROR: failed to build: ${reply.message}`);
    for await (const m of reply.values<Message>())
      if (m.error) return new Failure(`ERROR: failed to build: failed to push ${longName(tag)}: ${m.error}`);
  }
  return 0;
}
