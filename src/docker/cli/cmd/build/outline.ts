/** Stages and steps of a Dockerfile, as BuildKit names them. @see moby/buildkit frontend/dockerfile/dockerfile2llb: prefixCommand */

export interface Step {
  readonly name: string;
  /** The instruction as written, on one line. */
  readonly text: string;
  readonly line: number;
  readonly endLine: number;
  /** `[build 2/3] RUN make`; undefined: BuildKit shows none of it. */
  readonly vertex?: string;
}

/** Instructions that make a layer and are shown. */
const SHOWN = new Set(['FROM', 'RUN', 'COPY', 'ADD', 'WORKDIR']);

/** @param base what stands for an image's name in a FROM line: `docker.io/library/alpine:latest` */
export function outline(source: string, base: (name: string) => string): Step[] {
  const steps: { name: string; text: string; line: number; endLine: number; stage: number; n: number }[] = [];
  const lines = source.split('\n');
  const stages: { name: string; total: number }[] = [];
  for (let i = 0; i < lines.length; i++) {
    const first = (lines[i] as string).trim();
    if (first === '' || first.startsWith('#')) continue;
    const start = i;
    let text = '';
    for (; i < lines.length; i++) {
      const l = (lines[i] as string).trim();
      if (text !== '' && l.startsWith('#')) continue;
      if (!l.endsWith('\\')) {
        text += l;
        break;
      }
      text += `${l.slice(0, -1).trimEnd()} `;
    }
    const name = (text.split(/\s/)[0] ?? '').toUpperCase();
    if (name === 'FROM') stages.push({ name: /\sas\s+(\S+)/i.exec(text)?.[1] ?? '', total: 0 });
    const stage = stages.at(-1);
    const n = stage && SHOWN.has(name) ? ++stage.total : 0;
    steps.push({
      name,
      text: text.replace(/\s+/g, ' '),
      line: start + 1,
      endLine: Math.min(i, lines.length - 1) + 1,
      stage: stages.length - 1,
      n,
    });
  }
  return steps.map(({ stage, n, ...s }) => {
    const at = stages[stage];
    if (!at || n === 0) return s;
    const label = stages.length > 1 ? `${at.name === '' ? `stage-${stage}` : at.name} ` : '';
    const image = (s.text.split(' ')[1] ?? '').trim();
    const rest = s.text.slice(s.name.length).trim();
    const known = stages.slice(0, stage).some((x) => x.name === image);
    const shown =
      s.name === 'FROM' ? `FROM ${known || image === 'scratch' ? image : base(image)}` : `${s.name} ${rest}`;
    return { ...s, vertex: `[${label}${n}/${at.total}] ${shown}` };
  });
}

/** Lines around a step that failed, with a mark. @see moby/buildkit solver/errdefs/source.go */
export function excerpt(file: string, source: string, s: Step): string {
  const lines = source.replace(/\n$/, '').split('\n');
  const from = Math.max(1, s.line - 2);
  const to = Math.min(lines.length, s.endLine + 2);
  const rows = Array.from({ length: to - from + 1 }, (_, i) => {
    const n = from + i;
    const mark = n >= s.line && n <= s.endLine ? '>>>' : '   ';
    return ` ${String(n).padStart(3)} | ${mark} ${lines[n - 1]}`.trimEnd();
  });
  return `${file}:${s.line}\n--------------------\n${rows.join('\n')}\n--------------------\n`;
}
