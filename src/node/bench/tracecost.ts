/**
 * What tracing costs when it is compiled in and off: the core beside the same core without its bit, for packets that are
 * replayed and for such as walk all the way. The core beside itself comes along: what that differs by is not told apart.
 */
import type { CoreModule } from '../../linux/core/load.ts';
import { cost, type Effort, PATHS, subjectFor } from './core.ts';
import { medianOf, ratios } from './pair.ts';
import type { Flow } from './subject.ts';

/** Worlds of each side: where tables come to lie in caches is luck, which is to differ. */
const WORLDS = 4;
/** Packets of a slice: a millisecond or two. */
const SLICE = 10_000;

function world(module: CoreModule, name: (typeof PATHS)[number], remember: boolean): Flow {
  const { subject, path } = subjectFor(module, name, 1000);
  subject.remember(remember);
  const flow = subject.flow(path, 64, 1000);
  flow.send(60_000);
  return flow;
}

/** Pooled ratios of `pairs` pairs of slices, over several worlds of either side. */
function compare(
  a: CoreModule,
  b: CoreModule,
  name: (typeof PATHS)[number],
  remember: boolean,
  pairs: number,
): number[] {
  return Array.from({ length: WORLDS }, () => {
    const [x, y] = [a, b].map((module) => world(module, name, remember)) as [Flow, Flow];
    const slice = (flow: Flow) => (): number => cost(flow, SLICE) ?? Number.NaN;
    return ratios(slice(x), slice(y), Math.ceil(pairs / WORLDS));
  }).flat();
}

/** One row for each path and way. `percent`: median, between `low` and `high`; `same…`: of the core beside itself. */
export function traceRows(traced: CoreModule, untraced: CoreModule, e: Effort): object[] {
  const pairs = e.runs * 40;
  return PATHS.flatMap((path) =>
    [true, false].map((remember) => {
      const cost = medianOf(compare(traced, untraced, path, remember, pairs));
      const same = medianOf(compare(traced, traced, path, remember, pairs));
      const way = remember ? 'replayed' : 'walked';
      return { path, way, ...cost, samePercent: same.percent, sameLow: same.low, sameHigh: same.high };
    }),
  );
}
