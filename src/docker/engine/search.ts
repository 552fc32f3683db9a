/** GET /images/search: names of the registry, when its index can be reached. @see moby registry/search.go */
import { Failure } from '../errdefs.ts';
import { INDEX, reachRegistry } from '../images/registry.ts';
import type { Daemon } from './daemon.ts';
import type { Filters } from './filters.ts';

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 100;

export interface SearchRow {
  readonly star_count: number;
  readonly is_official: boolean;
  readonly name: string;
  readonly is_automated: boolean;
  readonly description: string;
}

/** @param limit as it was asked for; 0 for the default */
export async function searchImages(
  daemon: Daemon,
  term: string,
  limit: number,
  filters: Filters,
): Promise<SearchRow[] | Failure> {
  const official = filters.bool('is-official');
  const automated = filters.bool('is-automated');
  if (official instanceof Failure) return official;
  if (automated instanceof Failure) return automated;
  const stars = filters.get('stars');
  const odd = stars.find((s) => !/^[+-]?\d+$/.test(s));
  if (odd !== undefined) return new Failure('invalid', `invalid filter 'stars=${odd}'`);
  const least = Math.max(0, ...stars.map(Number));
  if (/^https?:\/\//.test(term))
    return new Failure('invalid', `invalid repository name: repository name (${term}) should not have a scheme`);
  const n = limit === 0 ? DEFAULT_LIMIT : limit;
  if (n < 1 || n > MAX_LIMIT) return new Failure('invalid', `limit ${n} is outside the range of [1, ${MAX_LIMIT}]`);
  const q = encodeURIComponent(term).replaceAll('%20', '+');
  const refused = await reachRegistry(daemon.controller.daemon.sys, INDEX, `/v1/search?q=${q}&n=${n}`);
  if (refused) return refused;
  const { ABOUT, hubRepositories } = await daemon.kernel.world.hold(import('../images/hub/hub.ts'));
  return hubRepositories()
    .filter((name) => name.includes(term) || (ABOUT[name] ?? '').toLowerCase().includes(term.toLowerCase()))
    .map((name) => ({
      star_count: 0,
      is_official: !name.includes('/'),
      name,
      is_automated: false,
      description: ABOUT[name] ?? '',
    }))
    .filter((r) => (official === undefined || r.is_official === official) && automated !== true)
    .filter((r) => r.star_count >= least)
    .slice(0, n);
}
