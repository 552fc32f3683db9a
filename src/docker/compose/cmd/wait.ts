/** `docker compose wait`. @see docker/compose cmd/compose/wait.go, pkg/compose/wait.go */
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { flag } from '../../cli/spec.ts';
import { containersOf } from '../containers.ts';
import { down } from '../down.ts';
import { all } from '../graph.ts';
import { composeCommand } from '../spec.ts';

/** `docker compose wait` */
export const wait = composeCommand({
  name: 'wait',
  use: 'SERVICE [SERVICE...] [OPTIONS]',
  short: 'Wait until the containers of services stop',
  args: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [flag('down-project', 'bool', 'Remove the project when the first container stops')],
  run: async (c, o, services) => {
    const found = await c.projectOrName();
    if (failed(found)) return found;
    const { name } = found;
    const list = await containersOf(c, name, { oneOff: 'include', all: false, services });
    if (failed(list)) return list;
    if (list.length === 0) return new Failure(`no containers for project ${goQuote(name)}`);
    let code = 0;
    const bad = await all(
      list.map(async (x) => {
        const got = await c.ctx.client.post<{ StatusCode: number }>(`/containers/${x.Id}/wait`);
        if (failed(got)) return got;
        await c.ctx.out(`container ${goQuote(x.Id)} exited with status code ${got.StatusCode}\n`);
        code = got.StatusCode;
        return undefined;
      }),
    );
    if (bad) return bad;
    if (!o.bool('down-project')) return code;
    const removed = await c.run('Running', () =>
      down(c, name, { services: [], removeOrphans: true, images: '', volumes: false }),
    );
    return removed ?? code;
  },
});
