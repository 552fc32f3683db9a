/**
 * Image references: `[domain/]path[:tag][@digest]`, normalized as docker does (docker.io and library/ are implied).
 * @see distribution/reference normalize.go, regexp.go
 */
import { Failure } from '../errdefs.ts';

export interface Reference {
  /** `docker.io` */
  readonly domain: string;
  /** `library/busybox` */
  readonly path: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const HOST = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = new RegExp(`^(?:${HOST}(?:\\.${HOST})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

const invalid = (detail = ''): Failure => new Failure('invalid', `invalid reference format${detail}`);

/** Without a tag or digest none is added; see {@link withDefaultTag}. */
export function parseReference(text: string): Reference | Failure {
  if (/^[a-f0-9]{64}$/.test(text))
    return new Failure('invalid', `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  const [named, digest] = cut(text, '@');
  const { domain, remainder } = splitDomain(named);
  const colon = remainder.indexOf(':');
  const path = colon < 0 ? remainder : remainder.slice(0, colon);
  const tag = colon < 0 ? undefined : remainder.slice(colon + 1);
  if (path.toLowerCase() !== path && PATH.test(path.toLowerCase()))
    return invalid(`: repository name (${path}) must be lowercase`);
  if (!DOMAIN.test(domain) || !PATH.test(path)) return invalid();
  if (tag !== undefined && !TAG.test(tag)) return invalid();
  if (digest !== undefined && !DIGEST.test(digest)) return invalid();
  if (path.length > 255) return new Failure('invalid', 'repository name must not be more than 255 characters');
  return { domain, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function cut(s: string, at: string): [string, string | undefined] {
  const i = s.indexOf(at);
  return i < 0 ? [s, undefined] : [s.slice(0, i), s.slice(i + 1)];
}

function splitDomain(name: string): { domain: string; remainder: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  const isHost = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  let domain = isHost ? first : 'docker.io';
  let remainder = isHost ? name.slice(slash + 1) : name;
  if (domain === 'index.docker.io') domain = 'docker.io';
  if (domain === 'docker.io' && !remainder.includes('/')) remainder = `library/${remainder}`;
  return { domain, remainder };
}

/** `:latest` when there is neither tag nor digest. */
export function withDefaultTag(ref: Reference): Reference {
  return ref.tag === undefined && ref.digest === undefined ? { ...ref, tag: 'latest' } : ref;
}

/**
 * A name with a tag from a request's `repo` and `tag`, where the latter wins; undefined without a repository.
 * @see moby api/server/httputils/form.go: RepoTagReference
 */
export function repoTagReference(repo: string, tag: string): Reference | undefined | Failure {
  if (repo === '') return undefined;
  const ref = parseReference(repo);
  if (ref instanceof Failure) return ref;
  if (ref.digest !== undefined) return new Failure('invalid', 'cannot import digest reference');
  if (familiarName(ref) === 'sha256')
    return new Failure('invalid', 'refusing to create an ambiguous tag using digest algorithm as name');
  if (tag === '') return withDefaultTag(ref);
  return TAG.test(tag) ? { ...ref, tag } : new Failure('invalid', 'invalid tag format');
}

/** The short name people type: `busybox`, `training/webapp`, `localhost:5000/x`. */
export function familiarName(ref: Reference): string {
  if (ref.domain !== 'docker.io') return `${ref.domain}/${ref.path}`;
  return ref.path.startsWith('library/') ? ref.path.slice(8) : ref.path;
}

/** The short name with its tag and digest. */
export function familiarString(ref: Reference): string {
  return `${familiarName(ref)}${ref.tag === undefined ? '' : `:${ref.tag}`}${ref.digest === undefined ? '' : `@${ref.digest}`}`;
}
