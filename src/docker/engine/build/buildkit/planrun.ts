/** RUN: what is run, with what mounted, on which network. @see dockerfile2llb/convert.go: dispatchRun, convert_runmount.go */
import { clean } from '../../path.ts';
import { BuildFault } from '../syntax/fault.ts';
import { contentOf, maybeAnnounced, summary } from '../syntax/heredoc.ts';
import type { Line } from '../syntax/instructions.ts';
import { parseMount } from '../syntax/mount.ts';
import type { Dispatcher } from './dispatch.ts';
import type { Planned, RunPlan } from './state.ts';

/** The command line, its name, and a script of the file's own. */
function commandOf(d: Dispatcher, c: Line): { args: string[]; code: string; script: RunPlan['script'] } {
  let args = [...c.line];
  let { code } = c;
  const [first] = c.heredocs;
  let script: RunPlan['script'];
  if (first && c.isShell) {
    if (maybeAnnounced(args[0] ?? '')) {
      const content = contentOf(first);
      if (first.content.startsWith('#!')) {
        script = { name: first.name, content };
        args = [`/dev/pipes/${first.name}`];
      } else args = [content];
      code += ` (${summary(first.content)})`;
    } else args = [[args[0], ...c.heredocs.map((h) => `${h.content}${h.name}`)].join('\n')];
  }
  return { args: c.isShell ? d.withShell(args) : args, code, script };
}

/** Rights beyond the sandbox's, which the labs channel has words for. Nobody gives them here. */
function checkSecurity(security: string): void {
  if (security === '' || security === 'sandbox') return;
  throw new BuildFault(
    security === 'insecure'
      ? 'failed to load LLB: security.insecure is not allowed'
      : `security ${JSON.stringify(security)} is not valid`,
  );
}

/** Plans the step of a RUN. @throws BuildFault */
export function planRun(d: Dispatcher, c: Line, planned: Planned): void {
  const { state, front } = d;
  const { args, code, script } = commandOf(d, c);
  const network = c.flags.string('network') || 'default';
  checkSecurity(c.flags.string('security'));
  const mounts = c.flags.list('mount').map((m) => parseMount(m, (w) => d.expand(w, c.at)));
  const masked = new Map(state.env);
  for (const m of mounts) if (m.type === 'secret' && m.env !== undefined) masked.set(m.env || m.id, '****');
  const name = d.title(d.shown(code, { rawQuotes: true, keepUnset: true }, masked));
  const declared = state.args.map((a) => `${a.key}=${state.env.get(a.key) ?? a.value ?? ''}`);
  const said = [...(declared.length > 0 ? [`|${declared.length}`, ...declared] : []), ...args].join(' ');
  const targets = mounts.map((mount, i) => ({
    mount: { ...mount, target: targetOf(d, mount.target) },
    from: planned.sources[i],
  }));
  for (const { mount, from } of targets) {
    if (mount.target === '/' && mount.type !== 'secret')
      throw new BuildFault(`invalid mount target ${JSON.stringify(mount.target)}`);
    if (from && !from.isDispatched)
      throw new BuildFault(
        `cannot mount from stage ${JSON.stringify(mount.from)} to ${JSON.stringify(mount.target)}, stage needs to be defined before current command`,
      );
  }
  d.commit(`RUN ${said} # buildkit`, {
    kind: 'run',
    name,
    at: c.at,
    stage: state,
    noCache: d.noCache,
    args,
    env: { ...Object.fromEntries(state.env), ...missing(state.env, front.proxies) },
    cwd: state.config.WorkingDir,
    user: state.config.User,
    network,
    mounts: targets,
    script,
  });
}

const targetOf = (d: Dispatcher, target: string): string =>
  target === '' ? '' : clean(target.startsWith('/') ? target : `${d.state.config.WorkingDir}/${target}`);

/** Those of some variables that are not set. */
const missing = (env: ReadonlyMap<string, string>, more: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(more).filter(([name]) => !env.has(name)));
