/**
 * What `docker logs --details` shows before each line: labels, variables and a tag that the log's options ask for.
 * Limits: a tag's template has fields only.
 * @see moby daemon/logger/loginfo.go: ExtraAttributes, loggerutils/log_tag.go; api/server/httputils/write_log_stream.go
 */
import type { Container } from './container.ts';

/** `b=2,z=1 `, escaped as in a query; a space alone without any. */
export function logDetails(c: Container): string {
  const { Type, Config } = c.hostConfig.LogConfig;
  const options = Type === 'json-file' ? (Config ?? {}) : {};
  const out: Record<string, string> = {};
  const labels = c.config.Labels ?? {};
  const variables = Object.fromEntries((c.config.Env ?? []).filter((e) => e.includes('=')).map((e) => cut(e)));
  take(out, labels, options.labels, options['labels-regex']);
  take(out, variables, options.env, options['env-regex']);
  if (options.tag) out.tag = tagOf(c, options.tag);
  const names = Object.keys(out).sort();
  return `${names.map((n) => `${queryEscape(n)}=${queryEscape(out[n] as string)}`).join(',')} `;
}

function take(
  out: Record<string, string>,
  from: Readonly<Record<string, string>>,
  names: string | undefined,
  pattern: string | undefined,
): void {
  const named = (names ?? '').split(',');
  const like = pattern ? new RegExp(pattern) : undefined;
  for (const [name, value] of Object.entries(from)) if (named.includes(name) || like?.test(name)) out[name] = value;
}

const cut = (e: string): readonly [string, string] => [e.slice(0, e.indexOf('=')), e.slice(e.indexOf('=') + 1)];

const queryEscape = (s: string): string => new URLSearchParams([['', s]]).toString().slice(1);

function tagOf(c: Container, template: string): string {
  const image = c.image?.id ?? '';
  const fields: Readonly<Record<string, string>> = {
    DaemonName: 'docker',
    FullID: c.id,
    ID: c.id.slice(0, 12),
    ImageFullID: image,
    ImageID: image.replace('sha256:', '').slice(0, 12),
    ImageName: c.config.Image,
    Name: c.name,
  };
  return template.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (all, field: string) => fields[field] ?? all);
}
