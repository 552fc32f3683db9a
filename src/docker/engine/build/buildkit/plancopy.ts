/** COPY and ADD: which files, from where, to where. @see dockerfile2llb/convert.go: dispatchCopy */
import { isUrl } from '../../../images/fetch.ts';
import { clean } from '../../path.ts';
import { BuildFault } from '../syntax/fault.ts';
import type { Files } from '../syntax/instructions.ts';
import type { Dispatcher } from './dispatch.ts';
import { isGitRef } from './gitref.ts';
import type { CopyItem, CopyPlan, Planned } from './state.ts';

/** A destination below the stage's directory; its last slash counts. */
function destination(d: Dispatcher, dest: string): string {
  const given = dest === '.' || dest === '' ? './' : dest;
  const full = given.startsWith('/') ? given : `${d.state.config.WorkingDir || '/'}/${given}`;
  const path = clean(full);
  return path !== '/' && /\/\.?$/.test(full) ? `${path}/` : path;
}

function modeOf(text: string): number | undefined {
  if (text === '') return undefined;
  if (!/^[0-7]+$/.test(text) || Number.parseInt(text, 8) > 0o7777)
    throw new BuildFault(`invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`);
  return Number.parseInt(text, 8);
}

/** `--parents`: what is kept of a source's own path; `/./` says from where on. */
function parents(source: string): CopyItem {
  const pivot = source.indexOf('/./');
  return pivot < 0
    ? { source: '/', pattern: clean(`/${source}`).slice(1) }
    : { source: source.slice(0, pivot), pattern: clean(`/${source.slice(pivot + 3)}`).slice(1) };
}

function checkSum(sum: string, sources: readonly string[]): void {
  if (sum === '') return;
  if (!/^sha256:[0-9a-f]{64}$/.test(sum))
    throw new BuildFault(
      /^[a-z0-9]+:/.test(sum) && !sum.startsWith('sha256:')
        ? 'unsupported digest algorithm'
        : /^sha256:/.test(sum)
          ? 'invalid checksum digest length'
          : 'invalid checksum digest format',
    );
  if (sources.length !== 1) throw new BuildFault("checksum can't be specified for multiple sources");
  if (!isUrl(sources[0] as string)) throw new BuildFault("checksum can't be specified for non-HTTP(S) sources");
}

/** The instruction with its variables, as history has it. */
function recordOf(c: Files, chown: string, chmod: string, sources: readonly string[], dest: string): string {
  return [
    c.name,
    ...(c.flags.bool('parents') ? ['--parents'] : []),
    ...(chown === '' ? [] : [`--chown=${chown}`]),
    ...(chmod === '' ? [] : [`--chmod=${chmod}`]),
    ...sources,
    ...c.inline.map((f) => `<<${f.name}`),
    dest,
  ].join(' ');
}

/** Sources that are files, and those that lie behind URLs. */
function sourcesOf(
  d: Dispatcher,
  c: Files,
  sources: readonly string[],
  isContext: boolean,
): { readonly paths: readonly CopyItem[]; readonly urls: readonly string[] } {
  const { front } = d;
  const isAdd = c.name === 'ADD';
  const isParents = c.flags.bool('parents');
  const paths: CopyItem[] = [];
  const urls: string[] = [];
  for (const source of sources) {
    const isGit = isGitRef(source);
    if (isGit || isUrl(source)) {
      if (!isAdd) throw new BuildFault(`source can't be a ${isGit ? 'git ref' : 'URL'} for COPY`);
      urls.push(source);
      continue;
    }
    if (isContext && front.ignored(source.replace(/^\.?\/+/, '')))
      front.lint.warn(
        'CopyIgnoredFile',
        c.at,
        `Attempting to ${isAdd ? 'Add' : 'Copy'} file ${JSON.stringify(source)} that is excluded by .dockerignore`,
      );
    paths.push(isParents ? parents(source) : { source });
  }
  return { paths, urls };
}

/** Plans the step of a COPY or ADD. @throws BuildFault */
export function planCopy(d: Dispatcher, c: Files, planned: Planned): void {
  const { state } = d;
  const isAdd = c.name === 'ADD';
  const word = (text: string): string => d.expand(text, c.at);
  const flag = (name: string): string => word(c.flags.string(name));
  const sources = c.sources.map(word);
  const dest = word(c.dest);
  const inline = c.inline.map((f) => ({
    name: f.name,
    content: f.expand ? d.expand(f.content, c.at, { escapeChar: '\\', plainQuotes: true }) : f.content,
  }));
  const [from] = planned.sources;
  if (from && !from.isDispatched)
    throw new BuildFault(
      `cannot copy from stage ${JSON.stringify(c.flags.string('from'))}, it needs to be defined before current stage ${JSON.stringify(state.name)}`,
    );
  const at = destination(d, dest);
  const [chown, chmod, checksum] = [flag('chown'), flag('chmod'), flag('checksum')];
  const mode = modeOf(chmod);
  checkSum(checksum, sources);
  const { paths, urls } = sourcesOf(d, c, sources, !from);
  const plan: CopyPlan = {
    kind: 'copy',
    name: d.title(d.shown(c.code)),
    at: c.at,
    stage: state,
    noCache: d.noCache,
    from,
    paths,
    urls,
    inline,
    dest: at,
    chown,
    mode,
    excludes: c.flags.list('exclude').map(word),
    unpacks: isAdd && c.flags.string('unpack') !== 'false',
    unpacksRemote: isAdd && c.flags.bool('unpack'),
    checksum,
    isLink: c.flags.bool('link'),
  };
  d.commit(`${recordOf(c, chown, chmod, sources, dest)} # buildkit`, plan);
}
