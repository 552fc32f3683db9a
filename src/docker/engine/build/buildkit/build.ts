/** A build as BuildKit does it. @see moby builder/builder-next/builder.go; moby/buildkit frontend/dockerfile/builder/build.go */

import { text } from '../../../../base/http.ts';
import type { TarEntry } from '../../../../base/tar.ts';
import type { BuildFailure, SourceFile } from '../../../api/buildkit.ts';
import type { Daemon } from '../../daemon.ts';
import { failed } from '../../progress.ts';
import type { Tree } from '../context.ts';
import { BuildFault } from '../syntax/fault.ts';
import type { Dialect } from '../syntax/instructions.ts';
import { Linter } from '../syntax/lint.ts';
import { directive } from '../syntax/parser.ts';
import { answerCall } from './calls.ts';
import { BuildContext, remoteContext, transferred, treeBelow } from './context.ts';
import { exportFiles, exportImage } from './export.ts';
import { withoutIgnored } from './files.ts';
import { draft, plan } from './front.ts';
import { findBase, shownName } from './images.ts';
import { Progress } from './progress.ts';
import { Solver } from './solve.ts';
import type { Base, BuildKitOptions, Frontend } from './state.ts';

/** What can be asked for instead of a build. */
const CALLS = ['check', 'outline', 'targets'];

/** Where a build's files come from. */
export type Given =
  | { readonly kind: 'session'; readonly entries: readonly TarEntry[] }
  | { readonly kind: 'body'; readonly entries: readonly TarEntry[] }
  | { readonly kind: 'url'; readonly url: string };

/** @returns the stream of messages */
export function buildKit(daemon: Daemon, given: Given, options: BuildKitOptions): AsyncGenerator<Uint8Array> {
  const progress = new Progress(daemon);
  const file: { source: SourceFile | undefined } = { source: undefined };
  void run(daemon, progress, given, options, file)
    .catch((e: unknown) => {
      if (!(e instanceof BuildFault)) throw e;
      const sources = file.source && e.at ? [{ file: file.source, ranges: e.at }] : [];
      const failure: BuildFailure = { message: e.message, sources };
      if (given.kind === 'session' || given.kind === 'url') progress.say('moby.buildkit.failure', failure);
      progress.push(failed(e.message));
    })
    .finally(() => progress.end());
  return progress.body();
}

async function contextOf(daemon: Daemon, progress: Progress, given: Given): Promise<BuildContext> {
  if (given.kind === 'url') return remoteContext(daemon, progress, given.url);
  if (given.kind === 'body') {
    await progress.step('[internal] load remote build context', () => undefined);
    await progress.step('copy /context /', () => undefined);
    const tree = treeBelow(given.entries, '');
    return new BuildContext(progress, tree, tree, true);
  }
  return new BuildContext(
    progress,
    treeBelow(given.entries, 'context/'),
    treeBelow(given.entries, 'dockerfile/'),
    false,
  );
}

async function run(
  daemon: Daemon,
  progress: Progress,
  given: Given,
  asked: BuildKitOptions,
  file: { source: SourceFile | undefined },
): Promise<void> {
  const context = await contextOf(daemon, progress, given);
  const isAlone = context.isRemote && context.all.size === 1 && context.all.has('context');
  const options = isAlone ? { ...asked, dockerfile: 'context', filename: 'context' } : asked;
  const source = await context.dockerfile(options.dockerfile, options.filename);
  file.source = { filename: options.filename, data: source };
  if (source === '') throw new BuildFault('the Dockerfile cannot be empty');
  const definition = progress.definition;
  const dialect = await dialectOf(daemon, progress, source);
  const check = options.buildArgs.BUILDKIT_DOCKERFILE_CHECK ?? directive('check', source).value;
  const lint = new Linter(check);
  const isCall = options.call !== '' && options.call !== 'build';
  if (isCall && !CALLS.includes(options.call)) throw new BuildFault(`unsupported request frontend.${options.call}`);
  let front: Frontend | undefined;
  let fault: BuildFault | undefined;
  try {
    const d = draft(source, options, lint, dialect);
    front = await plan(
      d,
      options,
      lint,
      resolverOf(daemon, progress, context, options),
      isCall && options.target === '',
    );
    if (options.call === 'outline' || options.call === 'targets')
      return answerCall(progress, options, file.source, front, lint);
  } catch (e) {
    if (!(e instanceof BuildFault) || options.call !== 'check') throw e;
    fault = e;
  } finally {
    if (!isCall) warn(progress, definition, lint, file.source);
  }
  if (options.call === 'check') return answerCall(progress, options, file.source, front, lint, fault);
  const solver = new Solver(daemon, front as Frontend, progress, context);
  const at = await solver.run();
  const [output] = options.outputs;
  if (output && (output.type === 'local' || output.type === 'tar')) return exportFiles(daemon, progress, at, output);
  if (output?.type === 'cacheonly') return;
  const image = await exportImage(daemon, progress, solver, at, options);
  progress.say('moby.image.id', { ID: image.id });
}

function warn(progress: Progress, vertex: string, lint: Linter, source: SourceFile): void {
  const warnings = lint.warnings.map((w) => ({
    vertex,
    level: 1,
    short: `${w.rule}: ${w.detail}${w.at[0] ? ` (line ${w.at[0].start})` : ''}`,
    detail: [w.description],
    url: w.url,
    source,
    ranges: w.at,
  }));
  if (warnings.length > 0) progress.tell({ warnings });
}

/** `# syntax=…` names the image of another frontend, which is looked up; the builtin one does its work. */
async function dialectOf(daemon: Daemon, progress: Progress, source: string): Promise<Dialect> {
  const { value, line } = directive('syntax', source);
  if (value === '') return {};
  const name = value.split(/\s/)[0] as string;
  const shown = `docker-image://${shownName(name)}`;
  const at = { start: line, end: line };
  const found = await progress.step(`resolve image config for ${shown}`, async (step): Promise<Base> => {
    try {
      return await findBase(daemon, name, '', false);
    } catch (e) {
      if (!(e instanceof BuildFault)) throw e;
      step.said = e.message;
      throw new BuildFault(`failed to resolve source metadata for ${shownName(name)}: ${e.message}`, at);
    }
  });
  await progress.step(`docker-image://${found.shown}`, () => undefined);
  return { labs: /^docker\.io\/docker\/dockerfile(?:-upstream)?:.*labs/.test(shownName(name)) };
}

function resolverOf(daemon: Daemon, progress: Progress, context: BuildContext, options: BuildKitOptions) {
  const known = new Map<string, Promise<Base>>();
  const trees = new Map<string, Promise<Tree>>();
  return {
    image: (name: string, platform: string, via = ''): Promise<Base> => {
      const key = `${shownName(name)} ${platform} ${via}`;
      let found = known.get(key);
      if (!found) {
        const title =
          via === '' ? `[internal] load metadata for ${shownName(name)}` : `[context ${via}] load metadata for ${name}`;
        found = progress.step(title, async (step) => {
          try {
            return await findBase(daemon, name, platform, options.pull);
          } catch (e) {
            if (!(e instanceof BuildFault)) throw e;
            step.said = e.message;
            const prefix = via === '' ? `${name}: ` : '';
            throw new BuildFault(`${prefix}failed to resolve source metadata for ${shownName(name)}: ${e.message}`);
          }
        });
        known.set(key, found);
      }
      return found;
    },
    files: (name: string, tree: Tree): Promise<Tree> => {
      let found = trees.get(name);
      if (!found) {
        found = progress.step(`[context ${name}] load .dockerignore`, (step) => {
          const ignore = tree.get('.dockerignore');
          step.done(`transferring ${name}:`, undefined, {
            current: transferred(tree, ignore ? ['.dockerignore'] : []),
          });
          return withoutIgnored(tree, ignore ? text(ignore.bytes) : '');
        });
        trees.set(name, found);
      }
      return found;
    },
    ignored: () => context.ignored(options.dockerfile),
  };
}
