import { DOCKER_TABLE, tabwrite } from '../../../../base/tabwriter.ts';
import { Failure, failed } from '../../failure.ts';
import { ansic } from '../../formatter/time.ts';
import { command, flag, NONE } from '../../spec.ts';
import { execTemplate } from '../../template/exec.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../template/funcs.ts';
import { parseTemplate } from '../../template/parse.ts';
import { goJson } from '../../template/print.ts';
import { decode, mapOf, ptrTo, STRING, sliceOf, struct } from '../../template/value.ts';
import { API_VERSION, BUILD_TIME, CLIENT_VERSION, GIT_COMMIT, GO_VERSION } from '../../version.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';

const PLATFORM = struct('struct { Name string }', ['Name', STRING]);
const COMPONENT = struct(
  'types.ComponentVersion',
  ['Name', STRING],
  ['Version', STRING],
  ['Details', mapOf(STRING), '', true],
);
const CLIENT = struct(
  'system.clientVersion',
  ['Platform', ptrTo(PLATFORM), '', true],
  ['Version', STRING, '', true],
  ['APIVersion', STRING, 'ApiVersion', true],
  ['DefaultAPIVersion', STRING, '', true],
  ['GitCommit', STRING, '', true],
  ['GoVersion', STRING, '', true],
  ['Os', STRING, '', true],
  ['Arch', STRING, '', true],
  ['BuildTime', STRING, '', true],
  ['Context', STRING],
);
const SERVER = struct(
  'types.Version',
  ['Platform', PLATFORM],
  ['Components', sliceOf(COMPONENT), '', true],
  ['Version', STRING],
  ['APIVersion', STRING, 'ApiVersion'],
  ['MinAPIVersion', STRING, '', true],
  ['GitCommit', STRING],
  ['GoVersion', STRING],
  ['Os', STRING],
  ['Arch', STRING],
  ['KernelVersion', STRING, '', true],
  ['Experimental', STRING, '', true],
  ['BuildTime', STRING, '', true],
);
const INFO = struct('system.versionInfo', ['Client', CLIENT], ['Server', ptrTo(SERVER)]);

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

function clientLines(api: string): string {
  const asked = api === API_VERSION ? api : `${api} (downgraded from ${API_VERSION})`;
  return `Client:\n Version:\t${CLIENT_VERSION}\n API version:\t${asked}\n Go version:\t${GO_VERSION}\n Git commit:\t${GIT_COMMIT}\n Built:\t${ansic(BUILD_TIME)}\n OS/Arch:\tlinux/amd64\n Context:\tdefault\n`;
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
    const server = await ctx.client.get<Server>('/version');
    const down = failed(server) ? server : undefined;
    const up = failed(server) ? undefined : server;
    for (const c of up?.Components ?? []) if (c.Details?.BuildTime) c.Details.BuildTime = ansic(c.Details.BuildTime);
    if (format === '') {
      await ctx.out(
        tabwrite(clientLines(ctx.client.version) + (up ? serverLines(up) : ''), {
          ...DOCKER_TABLE,
          minWidth: 20,
          padding: 1,
        }),
      );
      return down ?? 0;
    }
    const client = {
      Version: CLIENT_VERSION,
      ApiVersion: ctx.client.version,
      DefaultAPIVersion: API_VERSION,
      GitCommit: GIT_COMMIT,
      GoVersion: GO_VERSION,
      Os: 'linux',
      Arch: 'amd64',
      BuildTime: ansic(BUILD_TIME),
      Context: 'default',
    };
    const data = decode({ Client: client, Server: up ?? null }, INFO);
    if (!template) {
      await ctx.out(`${goJson(data, true)}\n`);
      return down ?? 0;
    }
    const { text, error } = execTemplate(template, data, { functions: FUNCTIONS });
    await ctx.out(error ? text : `${text}\n`);
    return down ?? (error ? new Failure(error) : 0);
  },
});
