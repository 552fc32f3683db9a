/** Proxies that config.json names, as variables of new containers. @see docker/cli cli/config/configfile/file.go: ParseProxyConfig */
import type { Ctx } from '../context.ts';

/** Settings, and the variables that they become in both cases. */
const VARIABLES = {
  httpProxy: 'HTTP_PROXY',
  httpsProxy: 'HTTPS_PROXY',
  noProxy: 'NO_PROXY',
  ftpProxy: 'FTP_PROXY',
  allProxy: 'ALL_PROXY',
} as const;

/** The environment with those of the daemon's address, else the default ones; what was given stays. */
export function withProxies(ctx: Ctx, env: readonly string[]): readonly string[] {
  const all = ctx.contexts.config.map<Partial<Record<keyof typeof VARIABLES, string>>>('proxies');
  const { host } = ctx.client;
  const chosen = (typeof host === 'string' ? all[host] : undefined) ?? all.default ?? {};
  const given = new Set(env.map((e) => e.split('=')[0]));
  const more = Object.entries(VARIABLES).flatMap(([setting, name]) => {
    const value = chosen[setting as keyof typeof VARIABLES] ?? '';
    return value === '' ? [] : [name, name.toLowerCase()].filter((n) => !given.has(n)).map((n) => `${n}=${value}`);
  });
  return [...env, ...more];
}
