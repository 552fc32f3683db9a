import { DOCKER_TABLE, tabwrite } from '../../../../base/tabwriter.ts';
import { Failure, failed } from '../../failure.ts';
import { ansic } from '../../formatter/time.ts';
import { VERSION_INFO } from '../../gotypes/version.ts';
import { command, flag, NONE } from '../../spec.ts';
import { execTemplate } from '../../template/exec.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../template/funcs.ts';
import { parseTemplate } from '../../template/parse.ts';
import { goJson } from '../../template/print.ts';
import { decode } from '../../template/value.ts';
import { API_VERSION, BUILD_TIME, CLIENT_VERSION, GIT_COMMIT, GO_VERSION } from '../../version.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { identity } from './identity.ts';

interface Server {
  Components: { Name: string; Version: string; Details?: Record<string, string> }[];
  Platform?: { Name: string };
}

/** Lines of the default output: a name, a tab, a value. */
function serverLines(server: Server): string {
  const out = [`\nServer:${server.Platform?.Name ? ` ${server.Platform.Name}` : ''}\n`];
  for (const c of server.Components) {
    const d = c.Details ?? {};
    out.push(` ${c.Name}:\n`, `  Version:\t${c.Version}\n`);
    if (c.Name !== 'Engine') {
      for (const [k, v] of Object.entries(d).sort(([a], [b]) => (a < b ? -1 : 1))) out.push(`  ${k}:\t${v}\n`);
      continue;
    }
    out.push(`  API version:\t${d.ApiVersion} (minimum version ${d.MinAPIVersion})\n`);
    out.push(
      `  Go version:\t${d.GoVersion}\n  Git commit:\t${d.GitCommit}\n  Built:\t${d.BuildTime}\n  OS/Arch:\t${d.Os}/${d.Arch}\n  Experimental:\t${d.Experimental}\n`,
    );
  }
  return out.join('');
}

function clientLines(api: string, context: string): string {
  const asked = api === API_VERSION ? api : `${api} (downgraded from ${API_VERSION})`;
  return `Client:\n Version:\t${CLIENT_VERSION}\n API version:\t${asked}\n Go version:\t${GO_VERSION}\n Git commit:\t${GIT_COMMIT}\n Built:\t${ansic(BUILD_TIME)}\n OS/Arch:\tlinux/amd64\n Context:\t${context}\n`;
}

/** `docker version` */
export const version = command({
  path: ['version'],
  use: '[OPTIONS]',
  short: 'Show the versions of command and engine',
  args: NONE,
  flags: [flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' })],
  run: async (ctx, o) => {
    const format = o.string('format');
    const custom = format !== '' && format !== 'json';
    const template = custom ? parseTemplate('version', format, FUNCTION_NAMES) : undefined;
    if (typeof template === 'string') return new Failure(`template parsing error: ${template}`, 64);
    const { host } = ctx.client;
    if (failed(host)) return host;
    const server = await ctx.client.get<Server>('/version');
    const down = failed(server) ? server : undefined;
    const up = failed(server) ? undefined : server;
    for (const c of up?.Components ?? []) if (c.Details?.BuildTime) c.Details.BuildTime = ansic(c.Details.BuildTime);
    if (format === '') {
      await ctx.out(
        tabwrite(clientLines(ctx.client.version, ctx.contexts.current) + (up ? serverLines(up) : ''), {
          ...DOCKER_TABLE,
          minWidth: 20,
          padding: 1,
        }),
      );
      return down ?? 0;
    }
    const client = { ...identity(ctx), ApiVersion: ctx.client.version };
    const data = decode({ Client: client, Server: up ?? null }, VERSION_INFO);
    if (!template) {
      await ctx.out(`${goJson(data, true)}\n`);
      return down ?? 0;
    }
    const { text, error } = execTemplate(template, data, { functions: FUNCTIONS });
    await ctx.out(error ? text : `${text}\n`);
    return down ?? (error ? new Failure(error) : 0);
  },
});
