/**
 * What instructions do to an image's config: those of Dockerfiles that need no container, which `commit --change` and
 * `import --change` take too.
 * @see moby builder/dockerfile/dispatchers.go
 */
import { Failure } from '../../errdefs.ts';
import type { ImageConfig } from '../../images/spec.ts';
import { clean } from '../path.ts';
import { sorted } from '../sorted.ts';
import { type Instruction, jsonForm, parseInstruction } from './dockerfile.ts';
import { expand, type Variables, words } from './words.ts';

const SHELL = ['/bin/sh', '-c'];
const CHANGES = new Set([
  'CMD',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'HEALTHCHECK',
  'LABEL',
  'ONBUILD',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]);

/** The environment of a config as variables. */
export const variablesOf = (c: ImageConfig): Map<string, string> =>
  new Map((c.Env ?? []).map((e) => [e.split('=')[0] as string, e.slice(e.indexOf('=') + 1)]));

/** Command lines in either form. @see dispatchers.go: resolveCmdLine */
export const commandOf = (c: ImageConfig, rest: string): string[] => jsonForm(rest) ?? [...(c.Shell ?? SHELL), rest];

/** The config after an instruction; undefined when it is not one that changes configs. */
export function applyInstruction(
  c: ImageConfig,
  i: Instruction,
  variables: Variables,
  escapeChar = '\\',
): ImageConfig | Failure | undefined {
  const { rest } = i;
  const one = (): string => expand(rest, variables, escapeChar);
  switch (i.name) {
    case 'CMD':
      return { ...c, Cmd: commandOf(c, rest) };
    case 'ENTRYPOINT':
      return { ...c, Entrypoint: commandOf(c, rest) };
    case 'ENV':
      return (
        pairs(i, variables, escapeChar, (name, value) => {
          c = { ...c, Env: [...(c.Env ?? []).filter((e) => e.split('=')[0] !== name), `${name}=${value}`] };
        }) ?? c
      );
    case 'LABEL':
      return (
        pairs(i, variables, escapeChar, (name, value) => {
          c = { ...c, Labels: sorted({ ...c.Labels, [name]: value }) };
        }) ?? c
      );
    case 'EXPOSE':
      return exposed(c, words(rest, variables, escapeChar));
    case 'HEALTHCHECK':
      return { ...c, Healthcheck: healthcheck(i) };
    case 'ONBUILD':
      return { ...c, OnBuild: [...(c.OnBuild ?? []), rest] };
    case 'SHELL':
      return { ...c, Shell: jsonForm(rest) ?? [rest] };
    case 'STOPSIGNAL':
      return { ...c, StopSignal: one() };
    case 'USER':
      return { ...c, User: one() };
    case 'VOLUME':
      return {
        ...c,
        Volumes: {
          ...c.Volumes,
          ...Object.fromEntries((jsonForm(rest) ?? words(rest, variables, escapeChar)).map((v) => [v, {}])),
        },
      };
    case 'WORKDIR': {
      const dir = one();
      const base = c.WorkingDir === '' ? '/' : c.WorkingDir;
      return { ...c, WorkingDir: clean(dir.startsWith('/') ? dir : `${base}/${dir}`) };
    }
    default:
      return undefined;
  }
}

/** With more ports, `80` or `53/udp`. */
function exposed(c: ImageConfig, texts: readonly string[]): ImageConfig | Failure {
  const ports = texts.map((p): [string, Record<string, never>] => [p.includes('/') ? p : `${p}/tcp`, {}]);
  const bad = ports.find(([p]) => !/^\d+(?:-\d+)?\/(?:tcp|udp|sctp)$/.test(p));
  if (bad) return new Failure('invalid', `invalid containerPort: ${bad[0].replace(/\/tcp$/, '')}`);
  return { ...c, ExposedPorts: sorted({ ...c.ExposedPorts, ...Object.fromEntries(ports) }) };
}

/** `a=b c=d`, or `a all of it`. */
function pairs(
  i: Instruction,
  variables: Variables,
  escapeChar: string,
  each: (name: string, value: string) => void,
): Failure | undefined {
  if (!/^(?:[^\s='"]|'[^']*'|"[^"]*")+=/.test(i.rest)) {
    const m = /^(\S+)\s+(.*)$/s.exec(i.rest);
    if (!m)
      return new Failure('invalid', `dockerfile parse error on line ${i.line}: ${i.name} must have two arguments`);
    each(m[1] as string, expand(m[2] as string, variables, escapeChar));
    return undefined;
  }
  for (const word of words(i.rest, variables, escapeChar)) {
    const eq = word.indexOf('=');
    if (eq <= 0)
      return new Failure(
        'invalid',
        `dockerfile parse error on line ${i.line}: Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
      );
    each(word.slice(0, eq), word.slice(eq + 1));
  }
  return undefined;
}

function healthcheck(i: Instruction): Record<string, unknown> {
  const [, kind = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(i.rest) ?? [];
  if (kind.toUpperCase() === 'NONE') return { Test: ['NONE'] };
  const list = jsonForm(rest);
  const ns = (flag: string): number => {
    const m = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(i.flags[flag] ?? '');
    const units: Record<string, number> = { ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };
    return m ? Number(m[1]) * (units[m[2] as string] as number) : 0;
  };
  const times = { Interval: ns('interval'), Timeout: ns('timeout'), StartPeriod: ns('start-period') };
  const set = Object.entries({ ...times, Retries: Number(i.flags.retries ?? 0) }).filter(([, v]) => v > 0);
  return { Test: list ? ['CMD', ...list] : ['CMD-SHELL', rest], ...Object.fromEntries(set) };
}

/** `--change` instructions. */
export function applyChanges(base: ImageConfig, changes: readonly string[]): ImageConfig | Failure {
  let config = base;
  for (const [n, text] of changes.filter((l) => l.trim() !== '').entries()) {
    const line = text.trim().replace(/^(\w+)=/, '$1 ');
    const name = (line.split(/\s/)[0] as string).toUpperCase();
    if (!CHANGES.has(name)) return new Failure('invalid', `${name} is not a valid change command`);
    const i = parseInstruction(line, n + 1);
    if (i instanceof Failure) return i;
    const done = applyInstruction(config, i, variablesOf(config));
    if (done instanceof Failure) return done;
    config = done ?? config;
  }
  return config;
}
