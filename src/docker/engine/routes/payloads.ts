/** Routes below /secrets and /configs. @see moby api/server/router/swarm/cluster_routes.go, daemon/cluster/{secrets,configs}.go */
import { bytesFromBase64 } from '../../../base/base64.ts';
import type { Payload, PayloadSpec } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import { createPayload, type PayloadKind, payloads, removePayload, updatePayload } from '../../swarm/payloads.ts';
import { readJson } from '../body.ts';
import { CONFIG_SPEC, SECRET_SPEC } from '../decode/swarm.ts';
import { Filters } from '../filters.ts';
import { empty, json } from '../reply.ts';
import type { Call, Route } from '../router.ts';
import { managed, route } from './managed.ts';

const SPECS = { secret: SECRET_SPEC, config: CONFIG_SPEC } as const;
const FILTERS = { secret: ['id', 'label', 'name', 'names'], config: ['id', 'label', 'name'] } as const;

/** What it holds is told of a config only. Fields in the API's order. */
function shown(kind: PayloadKind, { ID, Version, CreatedAt, UpdatedAt, Spec }: Payload): Payload {
  const { Name = '', Labels, Data, Driver, Templating } = Spec;
  const spec: PayloadSpec = {
    Name,
    Labels,
    ...(kind === 'config' && Data ? { Data } : {}),
    ...(Driver ? { Driver } : {}),
    ...(Templating ? { Templating } : {}),
  };
  return { ID, Version, CreatedAt, UpdatedAt, Spec: spec };
}

async function specOf({ request }: Call, kind: PayloadKind): Promise<PayloadSpec | Failure> {
  const spec = await readJson<PayloadSpec>(request, SPECS[kind]);
  if (spec instanceof Failure) return spec;
  const bad = spec.Data && (bytesFromBase64(spec.Data) === undefined || spec.Data.length % 4 !== 0);
  return bad ? new Failure('invalid', 'illegal base64 data at input byte 0') : spec;
}

function routesOf(kind: PayloadKind): Route[] {
  const list = managed(({ store }, { daemon, query }) => {
    const f = Filters.parse(query.get('filters'), FILTERS[kind]);
    if (f instanceof Failure) return f;
    const found = payloads(store, kind)
      .sorted()
      .filter(
        ({ ID, Spec }) =>
          f.begins('id', ID) &&
          f.begins('name', Spec.Name ?? '') &&
          f.exact('names', Spec.Name ?? '') &&
          f.labels(Spec.Labels),
      );
    return json(
      daemon,
      200,
      found.map((p) => shown(kind, p)),
    );
  });

  const create = managed(async (manager, call) => {
    const spec = await specOf(call, kind);
    if (spec instanceof Failure) return spec;
    const made = createPayload(manager, kind, spec);
    return made instanceof Failure ? made : json(call.daemon, 201, { ID: made.ID });
  });

  const inspect = managed(({ store }, { daemon, params }) => {
    const found = payloads(store, kind).find(params.id as string);
    return found instanceof Failure ? found : json(daemon, 200, shown(kind, found));
  });

  const remove = managed((manager, { daemon, params }) => {
    const found = payloads(manager.store, kind).find(params.id as string);
    if (found instanceof Failure) return found;
    return removePayload(manager, kind, found) ?? empty(daemon, 204);
  });

  const update = managed(async (manager, call) => {
    const spec = await specOf(call, kind);
    if (spec instanceof Failure) return spec;
    const version = call.query.get('version') ?? '';
    if (!/^\d+$/.test(version)) return new Failure('invalid', `invalid ${kind} version`);
    const found = payloads(manager.store, kind).find(call.params.id as string);
    if (found instanceof Failure) return found;
    return updatePayload(manager, kind, found, Number(version), spec) ?? empty(call.daemon, 200);
  });

  return [
    route('GET', `/${kind}s`, list),
    route('POST', `/${kind}s/create`, create),
    route('GET', `/${kind}s/{id}`, inspect),
    route('DELETE', `/${kind}s/{id}`, remove),
    route('POST', `/${kind}s/{id}/update`, update),
  ];
}

export const payloadRoutes: readonly Route[] = [...routesOf('secret'), ...routesOf('config')];
