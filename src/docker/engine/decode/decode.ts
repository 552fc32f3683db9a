/**
 * A JSON value against a Go type: what the decoder keeps of it, and its complaint about the first value that does not fit.
 * @see Go encoding/json: decode.go (object, literalStore, addErrorContext, UnmarshalTypeError.Error)
 */
import { sorted } from '../sorted.ts';
import { type Field, type GoType, STRING } from './types.ts';

export interface Decoded {
  readonly value: unknown;
  /** `json: cannot unmarshal string into Go struct field …`; the first of several. */
  readonly fault: string | undefined;
}

export function decode(value: unknown, type: GoType): Decoded {
  const decoder = new Decoder();
  return { value: decoder.read(value, type), fault: decoder.fault };
}

class Decoder {
  fault: string | undefined;
  /** Type of the struct that is being filled, and the names that lead to the present field. */
  #struct = '';
  readonly #path: string[] = [];
  /** How many of them lead there; those after it are of fields that were read before. */
  #depth = 0;

  #refuse(what: string, type: GoType): undefined {
    const struct = this.#struct.replace(/^.*\./, '');
    const where = struct === '' ? 'value' : `struct field ${struct}.${this.#path.slice(0, this.#depth).join('.')}`;
    this.fault ??= `json: cannot unmarshal ${what} into Go ${where} of type ${type.name}`;
    return undefined;
  }

  /** @returns undefined when it does not fit, or is null */
  read(value: unknown, type: GoType): unknown {
    if (value === null || value === undefined) return undefined;
    const what = kindOf(value);
    switch (type.kind) {
      case 'any':
        return value;
      case 'string':
      case 'bool':
        return what === type.kind ? value : this.#refuse(what, type);
      case 'int': {
        if (typeof value !== 'number') return this.#refuse(what, type);
        const fits = Number.isInteger(value) && value >= type.min && value <= type.max;
        return fits ? value : this.#refuse(`number ${value}`, type);
      }
      case 'words':
        if (Array.isArray(value)) return value.map((v) => this.read(v, STRING) ?? '');
        return what === 'string' ? [value] : this.#refuse(what, type);
      case 'list':
        if (!Array.isArray(value)) return this.#refuse(what, type);
        return value.map((v) => this.read(v, type.of) ?? this.#zero(type.of));
      case 'map':
        if (what !== 'object') return this.#refuse(what, type);
        return sorted(mapped(value, (v) => this.read(v, type.of) ?? this.#zero(type.of)));
      case 'struct':
        return what === 'object' ? this.#object(value, type) : this.#refuse(what, type);
    }
  }

  #object(value: object, type: GoType & { kind: 'struct' }): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    const struct = this.#struct;
    const depth = this.#depth;
    for (const key in value) {
      const v = (value as Record<string, unknown>)[key];
      const field = find(type.fields, key);
      if (field) {
        this.#struct = type.name;
        this.#depth = depth;
        if (field.from !== undefined) this.#path[this.#depth++] = field.from;
        this.#path[this.#depth++] = field.name;
      }
      const read = field ? this.read(v, field.type) : (v ?? undefined);
      if (read !== undefined) out[field?.name ?? key] = read;
    }
    this.#struct = struct;
    this.#depth = depth;
    return this.#inOrder(out, type);
  }

  /** As it would be written: in the struct's order; what is not of it comes last. */
  #inOrder(read: Record<string, unknown>, type: GoType & { kind: 'struct' }): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const field of type.fields.values())
      if (field.name in read) out[field.name] = read[field.name];
      else if (type.whole) out[field.name] = this.#zero(field.type);
    return Object.assign(out, read);
  }

  /** What a null is among the elements of a list, or the values of a map. */
  #zero(type: GoType): unknown {
    if (type.kind === 'struct') return this.#inOrder({}, type);
    const zeros: Partial<Record<GoType['kind'], unknown>> = { string: '', bool: false, int: 0 };
    return zeros[type.kind] ?? null;
  }
}

const mapped = (from: object, to: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, to(value)]));

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
};

/** The field of that name, else of that name in another case. */
function find(fields: ReadonlyMap<string, Field>, key: string): Field | undefined {
  const exact = fields.get(key);
  if (exact) return exact;
  const folded = key.toLowerCase();
  for (const [name, field] of fields) if (name.toLowerCase() === folded) return field;
  return undefined;
}
