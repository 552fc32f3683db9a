/**
 * Image references. @see distribution/reference: ParseNormalizedNamed, FamiliarString
 */
import type { Parsed } from './flags/gostrconv.ts';

export interface Reference {
  /** `docker.io` */
  readonly domain: string;
  /** `library/busybox` */
  readonly path: string;
  /** '' when there is none. */
  readonly tag: string;
  /** `sha256:…` or ''. */
  readonly digest: string;
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;

/** Reads a name as people write it: `nginx`, `reg.lab:5000/a/b:1`, `x@sha256:…`. */
export function parseReference(s: string): Parsed<Reference> {
  const invalid = { error: 'invalid reference format' };
  if (/^[a-f0-9]{64}$/.test(s))
    return { error: `invalid repository name (${s}), cannot specify 64-byte hexadecimal strings` };
  const slash = s.indexOf('/');
  const head = slash < 0 ? '' : s.slice(0, slash);
  const isDomain = slash >= 0 && (/[.:]/.test(head) || head === 'localhost' || head.toLowerCase() !== head);
  let domain = isDomain ? head : 'docker.io';
  if (domain === 'index.docker.io') domain = 'docker.io';
  let rest = isDomain ? s.slice(slash + 1) : s;
  if (domain === 'docker.io' && !rest.includes('/')) rest = `library/${rest}`;
  let digest = '';
  const at = rest.indexOf('@');
  if (at >= 0) {
    digest = rest.slice(at + 1);
    rest = rest.slice(0, at);
    if (!/^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/.test(digest)) return invalid;
  }
  let tag = '';
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!/^\w[\w.-]{0,127}$/.test(tag)) return invalid;
  }
  if (
    rest.toLowerCase() !== rest &&
    rest
      .toLowerCase()
      .split('/')
      .every((c) => COMPONENT.test(c))
  )
    return { error: `invalid reference format: repository name (${rest}) must be lowercase` };
  if (!DOMAIN.test(domain) || !rest.split('/').every((c) => COMPONENT.test(c))) return invalid;
  if (domain.length + 1 + rest.length > 255) return { error: 'repository name must not be more than 255 characters' };
  return { value: { domain, path: rest, tag, digest } };
}

/** The name without what goes without saying: `nginx`, `reg.lab/x`. */
export function familiarName(r: Reference): string {
  if (r.domain !== 'docker.io') return `${r.domain}/${r.path}`;
  const bare = r.path.startsWith('library/') ? r.path.slice('library/'.length) : r.path;
  return bare.includes('/') || bare === r.path ? r.path : bare;
}

/** With tag and digest as given. */
export function familiarString(r: Reference): string {
  return familiarName(r) + (r.tag ? `:${r.tag}` : '') + (r.digest ? `@${r.digest}` : '');
}

/** `latest` when neither tag nor digest is given. */
export function tagged(r: Reference): Reference {
  return r.tag === '' && r.digest === '' ? { ...r, tag: 'latest' } : r;
}

/** The full name: `docker.io/library/nginx`. */
export const fullName = (r: Reference): string => `${r.domain}/${r.path}`;

/** The same with tag and digest as given. */
export const fullString = (r: Reference): string =>
  fullName(r) + (r.tag ? `:${r.tag}` : '') + (r.digest ? `@${r.digest}` : '');
