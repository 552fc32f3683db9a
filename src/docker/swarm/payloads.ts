/**
 * Secrets and configs: what may be asked for, who uses them, and how services refer to them.
 * Limits: secrets of other stores (drivers) are kept and cannot be fetched; templates are kept and not filled in.
 * @see swarmkit manager/controlapi/{secret,config}.go, api/validation/secrets.go
 */
import type { ContainerSpec, FileTarget, Payload, PayloadSpec } from '../api/swarm.ts';
import type { Failure } from '../errdefs.ts';
import { rpc } from './errors.ts';
import { newId } from './ids.ts';
import type { Manager } from './manager.ts';
import type { Store, Table } from './store.ts';

export type PayloadKind = 'secret' | 'config';

const NAME = /^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?$/;
const NAME_LENGTH = 64;
/** Bytes; exclusive. */
const MOST = { secret: 500 * 1024, config: 1000 * 1024 } as const;

const bad = (text: string): Failure => rpc('InvalidArgument', text);

export const payloads = (store: Store, kind: PayloadKind): Table<Payload> =>
  kind === 'secret' ? store.secrets : store.configs;

/** @returns bytes that base64 stands for */
const sizeOf = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);

/** @see validateSecretSpec, validateConfigSpec */
function invalid(kind: PayloadKind, { Name = '', Data = '', Driver }: PayloadSpec): Failure | undefined {
  if (Name === '') return bad('name must be provided');
  if (Name.length > NAME_LENGTH || !NAME.test(Name))
    return bad(
      `invalid name, only ${NAME_LENGTH} [a-zA-Z0-9-_.] characters allowed, ` +
        'and the start and end character must be [a-zA-Z0-9]',
    );
  if (kind === 'secret' && Driver) return Driver.Name ? undefined : bad('secret driver must have a name');
  const size = sizeOf(Data);
  if (size < 1 || size >= MOST[kind])
    return bad(`${kind} data must be larger than 0 and less than ${MOST[kind]} bytes`);
  return undefined;
}

/** POST /secrets/create, POST /configs/create */
export function createPayload(manager: Manager, kind: PayloadKind, spec: PayloadSpec): Payload | Failure {
  const refused = invalid(kind, spec);
  if (refused) return refused;
  const table = payloads(manager.store, kind);
  if ([...table.all()].some((p) => p.Spec.Name === spec.Name))
    return rpc('AlreadyExists', `${kind} ${spec.Name} already exists`);
  return table.create(newId(manager.rng), { Spec: { ...spec, Labels: spec.Labels ?? {} } });
}

/** Only labels change. @param version that the one who asks has seen */
export function updatePayload(
  { store }: Manager,
  kind: PayloadKind,
  object: Payload,
  version: number,
  asked: PayloadSpec,
): Failure | undefined {
  const { Name, Data } = object.Spec;
  const other = (asked.Data ?? '') !== '' && asked.Data !== Data;
  if ((asked.Name ?? '') !== Name || other || (kind === 'secret' && asked.Driver))
    return bad('only updates to Labels are allowed');
  return payloads(store, kind).update(object, { Spec: { ...object.Spec, Labels: asked.Labels ?? {} } }, version);
}

/** DELETE /secrets/{id}, DELETE /configs/{id}: not while a service refers to it. */
export function removePayload({ store }: Manager, kind: PayloadKind, object: Payload): Failure | undefined {
  const users = [...store.services.all()].filter((s) =>
    referencesOf(s.Spec.TaskTemplate.ContainerSpec, kind).some((r) => r.id === object.ID),
  );
  if (users.length > 0) {
    const names = users.map((s) => s.Spec.Name).join(', ');
    const services = users.length === 1 ? 'service' : 'services';
    return bad(`${kind} '${object.Spec.Name}' is in use by the following ${services}: ${names}`);
  }
  payloads(store, kind).remove(object);
  return undefined;
}

/** A container's reference to a secret or a config. */
export interface Reference {
  readonly id: string;
  readonly name: string;
  readonly file: FileTarget | undefined;
  /** Not a file: something of the runtime's. */
  readonly runtime: boolean;
}

export function referencesOf(spec: ContainerSpec | undefined, kind: PayloadKind): Reference[] {
  if (kind === 'secret')
    return (spec?.Secrets ?? []).map((s) => ({ id: s.SecretID, name: s.SecretName, file: s.File, runtime: false }));
  return (spec?.Configs ?? []).map((c) => ({
    id: c.ConfigID,
    name: c.ConfigName,
    file: c.File,
    runtime: c.Runtime !== undefined,
  }));
}

/** @see controlapi/service.go: validateSecretRefsSpec, validateConfigRefsSpec */
export function invalidReferences(spec: ContainerSpec, kind: PayloadKind): Failure | undefined {
  const taken = new Map<string, string>();
  for (const { id, name, file, runtime } of referencesOf(spec, kind)) {
    if (!id || !name) return bad(`malformed ${kind} reference`);
    if (!file && !runtime) return bad(`malformed ${kind} reference, no target provided`);
    if (!file) continue;
    if (!file.Name) return bad(`malformed file ${kind} reference, invalid target file name provided`);
    const before = taken.get(file.Name);
    if (before !== undefined)
      return bad(`${kind} references '${before}' and '${name}' have a conflicting target: '${file.Name}'`);
    taken.set(file.Name, name);
  }
  return undefined;
}

/** References to what is not there. @see controlapi/service.go: checkSecretExistence, checkConfigExistence */
export function missingReferences(store: Store, spec: ContainerSpec, kind: PayloadKind): Failure | undefined {
  const gone = referencesOf(spec, kind).filter((r) => payloads(store, kind).get(r.id)?.Spec.Name !== r.name);
  if (gone.length === 0) return undefined;
  return bad(`${kind}${gone.length > 1 ? 's' : ''} not found: ${gone.map((r) => r.name).join(', ')}`);
}

/** Secrets and configs that containers of a spec need. */
export const neededBy = (store: Store, kind: PayloadKind, specs: readonly (ContainerSpec | undefined)[]): Payload[] => {
  const ids = new Set(specs.flatMap((s) => referencesOf(s, kind).map((r) => r.id)));
  return [...payloads(store, kind).all()].filter((p) => ids.has(p.ID));
};
