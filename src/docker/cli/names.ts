/** Names of objects in the API's paths, as the client looks at them before it sends anything. */
import { Failure } from './failure.ts';

/** Kinds of objects by the collection of the API in which they lie; images have a message of their own. */
const KINDS: Readonly<Record<string, string>> = {
  configs: 'config',
  containers: 'container',
  exec: 'exec',
  networks: 'network',
  nodes: 'node',
  plugins: 'plugin',
  secrets: 'secret',
  services: 'service',
  tasks: 'task',
  volumes: 'volume',
};

/** What may follow a name: an absolute name (`/web`) is empty before its slash, too. */
const ACTIONS = new Set(
  'archive attach changes connect disable disconnect enable exec export json kill logs pause push rename resize restart set start stats stop top unpause update upgrade wait'.split(
    ' ',
  ),
);

/** What the client says of a name that it refuses to send. */
export const emptyName = (kind: string): Failure => new Failure(`invalid ${kind} name or ID: value is empty`);

/** The same of the first of several that is none. @param names by kind, in the order in which they are looked at */
export function anyEmpty(names: Readonly<Record<string, string>>): Failure | undefined {
  const kind = Object.keys(names).find((k) => names[k]?.trim() === '');
  return kind === undefined ? undefined : emptyName(kind);
}

/**
 * Refuses a path whose name is empty (`/containers//json`).
 * @see moby client/utils.go: trimID
 */
export function emptyId(path: string): Failure | undefined {
  const [, collection = '', name, action, ...rest] = path.split('/');
  const kind = KINDS[collection];
  if (kind === undefined || name === undefined || name.trim() !== '' || rest.length > 0) return undefined;
  return action === undefined || ACTIONS.has(action) ? emptyName(kind) : undefined;
}

/**
 * The path as it goes out: each segment escaped as Go's url.EscapedPath does it (sub-delims, ':' and '@' stay),
 * neighbouring slashes made one.
 * @see moby client/client.go: getAPIPath (path.Join)
 */
export function encodePath(path: string): string {
  // as nearly all are: nothing to escape
  if (/^(\/[\w.-]+)+$/.test(path)) return path;
  return path
    .replace(/\/{2,}/g, '/')
    .split('/')
    .map(encodeSegment)
    .join('/');
}

function encodeSegment(segment: string): string {
  if (/^[\w.-]*$/.test(segment)) return segment;
  return encodeURIComponent(segment).replace(/%(3A|40|26|3D|2B|24|2C|3B)/g, (s) => decodeURIComponent(s));
}
