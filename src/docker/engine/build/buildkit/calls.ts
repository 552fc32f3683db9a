/** What is asked of a Dockerfile instead of a build: `--check`, `--call=outline`, `--call=targets`. @see moby/buildkit frontend/subrequests */
import type { SourceFile } from '../../../api/buildkit.ts';
import type { BuildFault } from '../syntax/fault.ts';
import type { Linter } from '../syntax/lint.ts';
import type { Progress } from './progress.ts';
import type { BuildKitOptions, Frontend, StageState } from './state.ts';

const range = ({ start, end }: { start: number; end: number }) => ({ start: { line: start }, end: { line: end } });

/** Sends the answer as the frontend's JSON. */
export function answerCall(
  progress: Progress,
  options: BuildKitOptions,
  source: SourceFile,
  front: Frontend | undefined,
  lint: Linter,
  fault?: BuildFault,
): void {
  const sources = [{ filename: source.filename, data: source.data, language: 'Dockerfile' }];
  if (options.call === 'check') progress.say('moby.buildkit.result', lintResult(sources, lint, fault));
  else if (front && options.call === 'targets')
    progress.say('moby.buildkit.result', { targets: targetsOf(front), sources });
  else if (front) progress.say('moby.buildkit.result', { ...outlineOf(front.target, front), sources });
}

function lintResult(sources: readonly unknown[], lint: Linter, fault: BuildFault | undefined): unknown {
  const warnings = lint.warnings.map((w) => ({
    ruleName: w.rule,
    description: w.description,
    url: w.url,
    detail: w.detail,
    location: { ranges: w.at.map(range) },
  }));
  const buildError = fault && { message: fault.message, location: { ranges: (fault.at ?? []).map(range) } };
  return { warnings, sources, ...(buildError ? { buildError } : {}) };
}

const commentOf = (comments: readonly string[], name: string): string =>
  comments.find((c) => name !== '' && c.startsWith(`${name} `))?.slice(name.length + 1) ?? '';

function targetsOf({ states }: Frontend): unknown[] {
  const stages = states.filter((s) => !s.isImage);
  return stages.map((s, i) => {
    const { from } = s.stage;
    return {
      ...(from.stage === '' ? {} : { name: from.stage }),
      ...(i === stages.length - 1 ? { default: true } : {}),
      description: commentOf(from.comments, from.stage),
      base: from.base,
      ...(from.platform === '' ? {} : { platform: from.platform }),
      location: { ranges: [range(from.at)] },
    };
  });
}

function outlineOf(target: StageState, front: Frontend): Record<string, unknown> {
  const chain: StageState[] = [];
  const add = (s: StageState): void => {
    if (chain.includes(s) || s.isImage) return;
    if (s.base) add(s.base);
    for (const d of s.deps.keys()) add(d);
    chain.push(s);
  };
  add(target);
  const args = new Map<string, unknown>();
  const secrets = new Map<string, unknown>();
  const mounts: unknown[] = [];
  for (const s of chain)
    for (const { command: c, mounts: list } of s.commands) {
      if (c.name === 'ARG')
        for (const { key } of c.list) {
          const value = s.args.find((a) => a.key === key)?.value;
          args.set(key, {
            name: key,
            description: commentOf(c.comments, key),
            ...(value === undefined ? {} : { value }),
            location: { ranges: [range(c.at)] },
          });
        }
      for (const m of list) {
        if (m.type === 'secret') {
          const id = m.id || m.source || (m.target.split('/').pop() as string);
          secrets.set(id, { name: id, ...(m.required ? { required: true } : {}), location: { ranges: [range(c.at)] } });
        } else if (m.type === 'cache') mounts.push({ ID: m.id || m.target, location: { ranges: [range(c.at)] } });
      }
    }
  const { from } = target.stage;
  return {
    ...(from.stage === '' ? {} : { name: from.stage, description: commentOf(from.comments, from.stage) }),
    args: [...args.values()],
    ...(secrets.size > 0 ? { secrets: [...secrets.values()] } : {}),
    ...(mounts.length > 0 ? { cache: mounts } : {}),
    isDefault: target === front.states.filter((s) => !s.isImage).at(-1),
  };
}
