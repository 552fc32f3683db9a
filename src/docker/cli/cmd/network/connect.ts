import { Failure, failed } from '../../failure.ts';
import { sortedMap } from '../../gojson.ts';
import { anyEmpty } from '../../names.ts';
import { endpointSettings } from '../../opts/endpoint.ts';
import { link } from '../../opts/validators.ts';
import { command, exactly, flag } from '../../spec.ts';

/** `docker network connect` */
export const networkConnect = command({
  path: ['network', 'connect'],
  use: '[OPTIONS] NETWORK CONTAINER',
  short: 'Connect a container to a network',
  args: exactly(2),
  flags: [
    flag('ip', 'string', 'IPv4 address (172.30.100.104)'),
    flag('ip6', 'string', 'IPv6 address (2001:db8::33)'),
    flag('link', 'list', 'Link to another container', { check: link, names: 'running' }),
    flag('alias', 'strings', 'Further name on this network'),
    flag('link-local-ip', 'strings', 'Link-local address'),
    flag('driver-opt', 'strings', 'Options of the driver'),
    flag('gw-priority', 'int', 'The highest gives the default gateway; may be negative'),
  ],
  names: ['network', 'container'],
  run: async (ctx, o, args) => {
    const [network = '', container = ''] = args;
    const unnamed = anyEmpty({ network, container });
    if (unnamed) return unnamed;
    const driverOpts: Record<string, string> = {};
    for (const opt of o.list('driver-opt')) {
      const at = opt.indexOf('=');
      if (at < 0) return new Failure('invalid key/value pair format in driver options');
      driverOpts[opt.slice(0, at).trim()] = opt.slice(at + 1).trim();
    }
    const local = o.list('link-local-ip');
    const got = await ctx.client.call('POST', `/networks/${network}/connect`, {
      body: {
        Container: container,
        EndpointConfig: endpointSettings({
          IPAMConfig: {
            IPv4Address: o.string('ip') || undefined,
            IPv6Address: o.string('ip6') || undefined,
            LinkLocalIPs: local.length > 0 ? [...local] : undefined,
          },
          Links: o.list('link').length > 0 ? [...o.list('link')] : null,
          Aliases: [...o.list('alias')],
          DriverOpts: sortedMap(driverOpts),
          GwPriority: o.int('gw-priority'),
        }),
      },
    });
    return failed(got) ? got : 0;
  },
});
