import type { ContainerInspect, PortBinding } from '../../../api/types.ts';
import { Failure, failed } from '../../failure.ts';
import { parseUint } from '../../flags/gostrconv.ts';
import { joinHostPort } from '../../formatter/ports.ts';
import { between, command } from '../../spec.ts';
import { natural } from '../natural.ts';

const address = (b: PortBinding): string => joinHostPort(b.HostIp, b.HostPort);

/** `docker port` */
export const port = command({
  path: ['port'],
  aliases: ['container port', 'port'],
  use: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  short: 'Show where the ports of a container are published',
  args: between(1, 2),
  flags: [],
  names: ['running'],
  run: async (ctx, _o, args) => {
    const [name = '', wanted = ''] = args;
    const info = await ctx.client.get<ContainerInspect>(`/containers/${name}/json`);
    if (failed(info)) return info;
    const ports = info.NetworkSettings.Ports ?? {};
    if (wanted !== '') {
      const slash = wanted.indexOf('/');
      const number = slash < 0 ? wanted : wanted.slice(0, slash);
      const proto = (slash < 0 ? '' : wanted.slice(slash + 1)) || 'tcp';
      const parsed = parseUint(number, 10, 16);
      if ('error' in parsed) return new Failure(`Error: invalid port (${number}): ${parsed.error}`);
      const found = ports[`${parsed.value}/${proto}`];
      if (!found) return new Failure(`Error: No public port '${wanted}' published for ${name}`);
      await ctx.out(
        found
          .map((b) => `${address(b)}\n`)
          .sort(natural)
          .join(''),
      );
      return 0;
    }
    const lines = Object.entries(ports).flatMap(([from, list]) =>
      (list ?? []).map((b) => `${from} -> ${address(b)}\n`),
    );
    await ctx.out(lines.sort(natural).join(''));
    return 0;
  },
});
