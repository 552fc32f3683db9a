/**
 * What instructions do to an image's config in the classic builder: those that need no container, which `commit --change` and
 * `import --change` take too.
 * @see moby builder/dockerfile/dispatchers.go
 */
import { Failure } from '../../errdefs.ts';
import type { ImageConfig } from '../../images/spec.ts';
import { clean } from '../path.ts';
import { sorted } from '../sorted.ts';
import { exposedPorts } from './buildkit/ports.ts';
import { isSignal } from './signal.ts';
import { BuildFault } from './syntax/fault.ts';
import { type Command, instruction } from './syntax/instructions.ts';
import { parse } from './syntax/parser.ts';
import { lex, type Variables } from './syntax/shell.ts';

const SHELL = ['/bin/sh', '-c'];
const CHANGES = new Set(
  'CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD STOPSIGNAL USER VOLUME WORKDIR'.split(' '),
);

/** The environment of a config as variables. */
export const variablesOf = (c: ImageConfig): Map<string, string> =>
  new Map((c.Env ?? []).map((e) => [e.split('=')[0] as string, e.slice(e.indexOf('=') + 1)]));

/** Command lines in either form. @see dispatchers.go: resolveCmdLine */
export const commandOf = (c: ImageConfig, line: readonly string[], isShell: boolean): string[] =>
  isShell ? [...(c.Shell ?? SHELL), line.join(' ')] : [...line];

/** The config after an instruction; undefined when it is not one that changes configs. @param hasCommand CMD was set in the same file @throws BuildFault */
export function applyInstruction(
  c: ImageConfig,
  i: Command,
  variables: Variables,
  escapeChar = '\\',
  hasCommand = false,
): ImageConfig | undefined {
  const word = (text: string): string => lex(text, variables, { escapeChar }).text;
  switch (i.name) {
    case 'CMD':
      return { ...c, Cmd: commandOf(c, i.line, i.isShell) };
    case 'ENTRYPOINT': {
      const line = commandOf(c, i.line, i.isShell);
      return { ...c, Entrypoint: line.length > 0 ? line : null, Cmd: hasCommand ? c.Cmd : null };
    }
    case 'ENV': {
      let env = c.Env ?? [];
      for (const { key, value } of i.pairs.map((p) => ({ key: word(p.key), value: word(p.value) })))
        env = [...env.filter((e) => e.split('=')[0] !== key), `${key}=${value}`];
      return { ...c, Env: env };
    }
    case 'LABEL':
      return {
        ...c,
        Labels: sorted({ ...c.Labels, ...Object.fromEntries(i.pairs.map((p) => [word(p.key), word(p.value)])) }),
      };
    case 'EXPOSE': {
      const texts = i.list.flatMap((p) => lex(p, variables, { escapeChar }).words);
      const ports = exposedPorts(texts, i.at).map((p): [string, Record<string, never>] => [p, {}]);
      return { ...c, ExposedPorts: sorted({ ...c.ExposedPorts, ...Object.fromEntries(ports) }) };
    }
    case 'HEALTHCHECK':
      return { ...c, Healthcheck: { ...i.health } };
    case 'ONBUILD':
      return { ...c, OnBuild: [...(c.OnBuild ?? []), i.value] };
    case 'SHELL':
      return { ...c, Shell: [...i.list] };
    case 'STOPSIGNAL':
      if (!isSignal(word(i.value))) throw new BuildFault(`invalid signal: ${word(i.value)}`);
      return { ...c, StopSignal: word(i.value) };
    case 'USER':
      return { ...c, User: word(i.value) };
    case 'VOLUME':
      return { ...c, Volumes: { ...c.Volumes, ...Object.fromEntries(i.list.map((v) => [word(v), {}])) } };
    case 'WORKDIR': {
      const dir = word(i.value);
      const base = c.WorkingDir === '' ? '/' : c.WorkingDir;
      return { ...c, WorkingDir: clean(dir.startsWith('/') ? dir : `${base}/${dir}`) };
    }
    default:
      return undefined;
  }
}

/** `--change` instructions. @see moby builder/dockerfile/builder.go: BuildFromConfig */
export function applyChanges(base: ImageConfig, changes: readonly string[]): ImageConfig | Failure {
  const lines = changes.filter((l) => l.trim() !== '');
  if (lines.length === 0) return base;
  try {
    const { nodes, escapeChar } = parse(lines.map((l) => l.trim().replace(/^(\w+)=/, '$1 ')).join('\n'));
    const bad = nodes.find((n) => !CHANGES.has(n.word.toUpperCase()));
    if (bad) return new Failure('invalid', `${bad.word} is not a valid change command`);
    const commands = nodes.map((n) => instruction(n) as Command);
    let hasCommand = false;
    let out = base;
    for (const i of commands) {
      out = applyInstruction(out, i, variablesOf(out), escapeChar, hasCommand) ?? out;
      hasCommand ||= i.name === 'CMD';
    }
    return out;
  } catch (e) {
    if (!(e instanceof BuildFault)) throw e;
    return new Failure('invalid', e.message);
  }
}
