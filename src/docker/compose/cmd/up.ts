/** `docker compose up`. @see docker/compose cmd/compose/up.go, pkg/compose/up.go */
import { Failure, failed } from '../../cli/failure.ts';
import type { Options } from '../../cli/flags/options.ts';
import { ANY, flag } from '../../cli/spec.ts';
import { attachedUp } from '../attached.ts';
import type { Compose } from '../compose.ts';
import { create as createAll } from '../create.ts';
import { dependencies, reach } from '../graph.ts';
import type { Project } from '../model/project.ts';
import { noService, only } from '../recalled.ts';
import { composeCommand } from '../spec.ts';
import { type StartOptions, start } from '../start.ts';
import { applied, CREATE_FLAGS, createFault, createOptions, timeoutOf } from './create.ts';

const FLAGS = [
  ...CREATE_FLAGS,
  flag('abort-on-container-exit', 'bool', 'Stop everything when a container ends'),
  flag('abort-on-container-failure', 'bool', 'Stop everything when a container fails'),
  flag('always-recreate-deps', 'bool', 'Recreate containers of dependencies too'),
  flag('attach', 'stringArray', 'Show the output of these services only'),
  flag('attach-dependencies', 'bool', 'Show the output of dependencies too'),
  flag('detach', 'bool', 'Leave it running in the background', { short: 'd' }),
  flag('exit-code-from', 'string', "End with the exit code of this service's container"),
  flag('menu', 'bool', 'Keys to press while it runs (not here)'),
  flag('no-attach', 'stringArray', 'Do not show the output of these services'),
  flag('no-color', 'bool', 'No colours'),
  flag('no-deps', 'bool', 'Leave services alone that these depend on'),
  flag('no-log-prefix', 'bool', 'No names before lines'),
  flag('no-start', 'bool', 'Only create containers'),
  flag('quiet-build', 'bool', 'Build without showing progress'),
  flag('renew-anon-volumes', 'bool', 'New anonymous volumes in place of those of the old containers', { short: 'V' }),
  flag('timeout', 'int', 'Seconds until a container that stops is killed', { short: 't' }),
  flag('timestamps', 'bool', 'The time before each line'),
  flag('wait', 'bool', 'Wait until services run or are healthy'),
  flag('wait-timeout', 'int', 'Seconds to wait at most'),
  flag('watch', 'bool', 'Watch the source and refresh containers (not here)', { short: 'w' }),
];

/** @see up.go: validateFlags */
function fault(o: Options): Failure | undefined {
  const stop =
    o.bool('abort-on-container-exit') || (o.string('exit-code-from') !== '' && !o.bool('abort-on-container-failure'));
  const fail = o.bool('abort-on-container-failure');
  const deps = o.bool('attach-dependencies');
  const attach = o.list('attach').length > 0;
  if (stop && fail)
    return new Failure('--abort-on-container-failure cannot be combined with --abort-on-container-exit');
  if (o.bool('wait') && (deps || stop || attach))
    return new Failure('--wait cannot be combined with --abort-on-container-exit, --attach or --attach-dependencies');
  const detached = o.bool('detach') || o.bool('wait');
  if (detached && (deps || stop || fail || attach || o.bool('watch')))
    return new Failure(
      `${o.bool('wait') ? '--wait' : '--detach'} cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies or --watch`,
    );
  const never = o.bool('no-recreate');
  if (o.bool('renew-anon-volumes') && never)
    return new Failure('--no-recreate and --renew-anon-volumes are incompatible');
  if (o.bool('always-recreate-deps') && never)
    return new Failure('--always-recreate-deps and --no-recreate are incompatible');
  if (o.bool('no-build') && o.bool('watch')) return new Failure('--no-build and --watch are incompatible');
  if (attach && deps) return new Failure('cannot combine --attach and --attach-dependencies');
  return createFault(o);
}

/** Services whose output is shown. */
function attachTo(project: Project, o: Options, services: readonly string[]): string[] | Failure {
  const given = o.list('attach');
  const all = Object.keys(project.services);
  const strange = given.filter((s) => !all.includes(s));
  if (strange.length > 0) return new Failure(`cannot attach to services not included in up: ${strange.join(', ')}`);
  const asked = services.length > 0 ? services : all;
  const wide = o.bool('attach-dependencies') ? [...reach(dependencies(project), asked)] : asked;
  const chosen = given.length > 0 ? given : wide.filter((s) => project.services[s]?.attach !== false);
  return chosen.filter((s) => !o.list('no-attach').includes(s));
}

async function run(c: Compose, o: Options, services: readonly string[]): Promise<number | Failure> {
  const wrong = fault(o);
  if (wrong) return wrong;
  if (o.bool('watch')) return new Failure("docker compose: '--watch' is not part of this laboratory");
  const loaded = await c.project(services);
  if (failed(loaded)) return loaded;
  if (Object.keys(loaded.services).length === 0 && !c.root.bool('all-resources'))
    return new Failure('no service selected');
  const options = createOptions(c, o, services);
  if (failed(options)) return options;
  const scaled = applied(loaded, o);
  if (failed(scaled)) return scaled;
  const project = o.bool('no-deps') && services.length > 0 ? only(scaled, new Set(services)) : scaled;
  const from = o.string('exit-code-from');
  if (from !== '' && !project.services[from]) return noService(from);
  if (o.bool('no-start')) {
    const made = await c.run('Creating', () => createAll(c, project, options));
    return failed(made) ? made : 0;
  }
  const detached = o.bool('detach') || o.bool('wait');
  const how: StartOptions = { project, wait: o.bool('wait'), waitTimeout: o.int('wait-timeout') * 1e9 };
  const shown = detached ? [] : attachTo(project, o, services);
  if (failed(shown)) return shown;
  const bad = await c.run('Running', async () => {
    const made = await createAll(c, project, options);
    if (failed(made)) return made;
    return detached ? start(c, project.name, how) : undefined;
  });
  if (bad || detached) return bad ?? 0;
  if (c.dryRun) {
    await c.ctx.out("end of 'compose up' output, interactive run is not supported in dry-run mode\n");
    return 0;
  }
  const aborts = o.bool('abort-on-container-exit') || (from !== '' && !o.bool('abort-on-container-failure'));
  return attachedUp(c, project, {
    attachTo: shown,
    services,
    onExit: aborts ? 'stop' : o.bool('abort-on-container-failure') ? 'fail' : 'ignore',
    exitCodeFrom: from,
    timeout: timeoutOf(o),
    colour: !o.bool('no-color'),
    prefix: !o.bool('no-log-prefix'),
    timestamps: o.bool('timestamps'),
    start: how,
  });
}

/** `docker compose up` */
export const up = composeCommand({
  name: 'up',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Make containers and start them',
  args: ANY,
  flags: FLAGS,
  run,
});
