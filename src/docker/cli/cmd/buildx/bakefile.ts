/**
 * Files that `docker buildx bake` reads: targets, groups, and what `--set` changes in them.
 * Limits: JSON only.
 * @see docker/buildx bake/bake.go
 */
import { text } from '../../../../base/http.ts';
import { pathMatch } from '../../../../base/pathmatch.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';

/** One build. */
export interface Target {
  readonly context?: string;
  readonly dockerfile?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly target?: string;
  readonly inherits?: readonly string[];
  readonly output?: readonly string[];
  readonly platforms?: readonly string[];
  readonly secret?: readonly string[];
  readonly contexts?: Readonly<Record<string, string>>;
  readonly 'no-cache'?: boolean;
  readonly pull?: boolean;
}

/** Builds, and groups of them. */
interface BakeFile {
  readonly group?: Readonly<Record<string, { readonly targets: readonly string[] }>>;
  readonly target?: Readonly<Record<string, Target>>;
}

const FILES = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
  'docker-bake.json',
  'docker-bake.hcl',
  'docker-bake.override.json',
  'docker-bake.override.hcl',
];

/** @param given names of files; none: those that are there of the usual ones */
export function readFiles(ctx: Ctx, given: readonly string[]): BakeFile | Failure {
  const names = given.length > 0 ? given : FILES.filter((f) => !isErr(ctx.sys.stat(f)));
  if (names.length === 0) return new Failure("ERROR: couldn't find a bake definition");
  let out: BakeFile = {};
  for (const name of names) {
    const bytes = ctx.sys.readFile(name);
    if (isErr(bytes)) return new Failure(`ERROR: open ${name}: ${bytes.text.toLowerCase()}`);
    let file: BakeFile;
    try {
      file = JSON.parse(text(bytes)) as BakeFile;
    } catch {
      return new Failure(`ERROR: ${name}: this laboratory's bake reads JSON only`);
    }
    out = { group: { ...out.group, ...file.group }, target: { ...out.target, ...file.target } };
  }
  return out;
}

/** A target with what it inherits; one that inherits itself has that once. */
export function resolved(file: BakeFile, name: string, seen: ReadonlySet<string> = new Set()): Target | Failure {
  const own = file.target?.[name];
  if (!own) return new Failure(`ERROR: failed to find target ${name}`);
  let out: Target = {};
  for (const parent of own.inherits ?? []) {
    if (seen.has(parent)) continue;
    const from = resolved(file, parent, new Set([...seen, name]));
    if (failed(from)) return from;
    out = merge(out, from);
  }
  return merge(out, own);
}

const merge = (a: Target, b: Target): Target => ({
  ...a,
  ...b,
  ...(a.args || b.args ? { args: { ...a.args, ...b.args } } : {}),
  ...(a.labels || b.labels ? { labels: { ...a.labels, ...b.labels } } : {}),
  ...(a.contexts || b.contexts ? { contexts: { ...a.contexts, ...b.contexts } } : {}),
});

/** Targets of names, through groups, each once. */
export function targetsOf(file: BakeFile, names: readonly string[]): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const add = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const group = file.group?.[name];
    if (group) group.targets.forEach(add);
    else found.add(name);
  };
  names.forEach(add);
  return [...found];
}

/** What `--set` can change: to a text, a truth, one of a list that is replaced, or the value of a name. */
const KINDS: Readonly<
  Record<string, { readonly field: keyof Target; readonly kind: 'text' | 'bool' | 'list' | 'map' }>
> = {
  context: { field: 'context', kind: 'text' },
  dockerfile: { field: 'dockerfile', kind: 'text' },
  target: { field: 'target', kind: 'text' },
  'no-cache': { field: 'no-cache', kind: 'bool' },
  pull: { field: 'pull', kind: 'bool' },
  tags: { field: 'tags', kind: 'list' },
  platform: { field: 'platforms', kind: 'list' },
  output: { field: 'output', kind: 'list' },
  secrets: { field: 'secret', kind: 'list' },
  args: { field: 'args', kind: 'map' },
  labels: { field: 'labels', kind: 'map' },
  contexts: { field: 'contexts', kind: 'map' },
};

/** `--set PATTERN.key=value`; values of one list that are given together take its place. @see bake/bake.go: newOverrides, AddOverrides */
export function overridden(
  targets: Readonly<Record<string, Target>>,
  sets: readonly string[],
): Record<string, Target> | Failure {
  const out: Record<string, Target> = { ...targets };
  const fresh = new Set<string>();
  for (const set of sets) {
    const eq = set.indexOf('=');
    const path = eq < 0 ? set : set.slice(0, eq);
    const [pattern = '', key, ...rest] = path.split('.');
    if (key === undefined) return new Failure(`ERROR: invalid override key ${path}, expected target.name`);
    if (eq < 0) return new Failure(`ERROR: invalid override ${set}, expected target.name=value`);
    const names = Object.keys(targets).filter((n) => pathMatch(pattern, n));
    if (names.length === 0) return new Failure(`ERROR: could not find any target matching '${pattern}'`);
    const known = KINDS[key];
    if (!known) return new Failure(`ERROR: unknown key: ${path.slice(pattern.length + 1)}`);
    if (known.kind === 'map' && rest.length === 0)
      return new Failure(`ERROR: invalid key ${path}, ${key} requires name`);
    const value = set.slice(eq + 1);
    for (const name of names) {
      const before = out[name]?.[known.field];
      const place = `${name} ${key}`;
      const list = fresh.has(place) ? (before as readonly string[]) : [];
      fresh.add(place);
      const map = { ...(before as Readonly<Record<string, string>>), [rest.join('.')]: value };
      const made = { text: value, bool: value === 'true', list: [...list, value], map }[known.kind];
      out[name] = { ...out[name], [known.field]: made };
    }
  }
  return out;
}
