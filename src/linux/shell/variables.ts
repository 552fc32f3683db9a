/**
 * Shell variables: scalars, indexed and associative arrays, attributes, dynamic scope of functions.
 * Limits: values are UTF-16 strings decoded from UTF-8; bytes that are no UTF-8 become U+FFFD.
 * @see bash variables.c
 */

/** One variable. A scalar has `value`; an array has `items` (keys are decimal numbers when not `assoc`). */
export interface Variable {
  value: string | undefined;
  items?: Map<string, string>;
  assoc?: boolean;
  exported?: boolean;
  readonly?: boolean;
  integer?: boolean;
  lower?: boolean;
  upper?: boolean;
  nameref?: boolean;
  /** Declared as an array, never assigned. */
  unsetArray?: boolean;
}

/** A variable whose value is computed when it is read: RANDOM, SECONDS. */
export interface Dynamic {
  get(): string | Map<string, string> | undefined;
  /** Absent: assignments are ignored. */
  set?(value: string): void;
}

/** Why an assignment did not happen. */
export type AssignFault = 'readonly' | 'subscript';

/** Keys of an indexed array in numeric order; of an associative one in order of insertion. */
export function keysOf(v: Variable): string[] {
  if (!v.items) return v.value === undefined ? [] : ['0'];
  const keys = [...v.items.keys()];
  return v.assoc ? keys : keys.sort((a, b) => Number(a) - Number(b));
}

/** All variables of one shell. */
export class Variables {
  #global = new Map<string, Variable>();
  /** Local variables of the functions being run, innermost last. */
  #locals: Map<string, Variable>[] = [];
  readonly dynamic = new Map<string, Dynamic>();

  /** A copy for a subshell. Dynamic variables are not copied. */
  copy(): Variables {
    const out = new Variables();
    const dup = (m: Map<string, Variable>): Map<string, Variable> =>
      new Map([...m].map(([k, v]) => [k, { ...v, ...(v.items && { items: new Map(v.items) }) }]));
    out.#global = dup(this.#global);
    out.#locals = this.#locals.map(dup);
    return out;
  }

  get depth(): number {
    return this.#locals.length;
  }
  enter(): void {
    this.#locals.push(new Map());
  }
  leave(): void {
    this.#locals.pop();
  }

  /** The variable itself, name references not followed. */
  raw(name: string): Variable | undefined {
    for (let i = this.#locals.length - 1; i >= 0; i--) {
      const v = this.#locals[i]?.get(name);
      if (v) return v;
    }
    return this.#global.get(name);
  }

  /** The name that a chain of name references ends at. */
  resolve(name: string): string {
    for (let i = 0; i < 8; i++) {
      const v = this.raw(name);
      if (!v?.nameref || !v.value) return name;
      name = v.value;
    }
    return name;
  }

  lookup(name: string): Variable | undefined {
    const d = this.dynamic.get(name);
    if (d) {
      const x = d.get();
      if (x === undefined) return undefined;
      return typeof x === 'string' ? { value: x } : { value: undefined, items: x };
    }
    return this.raw(this.resolve(name));
  }

  /** Scalar value; of an array element 0. Undefined when unset. */
  get(name: string): string | undefined {
    const v = this.lookup(name);
    return v?.items ? v.items.get('0') : v?.value;
  }

  /** Finds or makes; `local` makes it in the innermost function. */
  declare(name: string, local = false): Variable {
    const scope = local ? this.#locals.at(-1) : undefined;
    if (scope) {
      let v = scope.get(name);
      if (!v) {
        v = { value: undefined };
        scope.set(name, v);
      }
      return v;
    }
    name = this.resolve(name);
    let v = this.raw(name);
    if (!v) {
      v = { value: undefined };
      this.#global.set(name, v);
    }
    return v;
  }

  /** Makes or finds a variable in the outermost scope (`declare -g`). */
  declareGlobal(name: string): Variable {
    let v = this.#global.get(name);
    if (!v) {
      v = { value: undefined };
      this.#global.set(name, v);
    }
    return v;
  }

  /** Assigns a scalar (element 0 of an array). */
  set(name: string, value: string): AssignFault | undefined {
    const d = this.dynamic.get(name);
    if (d) {
      d.set?.(value);
      return undefined;
    }
    const v = this.declare(name);
    if (v.readonly) return 'readonly';
    const text = fold(v, value);
    if (v.items) v.items.set('0', text);
    else v.value = text;
    return undefined;
  }

  /** Assigns one element; makes an indexed array of a scalar. */
  setItem(name: string, key: string, value: string): AssignFault | undefined {
    const v = this.declare(name);
    if (v.readonly) return 'readonly';
    if (!v.items) {
      v.items = new Map(v.value === undefined ? [] : [['0', v.value]]);
      v.value = undefined;
    }
    v.items.set(key, fold(v, value));
    return undefined;
  }

  export(name: string): void {
    this.declare(name).exported = true;
  }

  /** Takes a variable away from the innermost scope that has it, attributes and all. */
  forget(name: string): void {
    for (let i = this.#locals.length - 1; i >= 0; i--) if (this.#locals[i]?.delete(name)) return;
    this.#global.delete(name);
  }

  /** @returns false when it is read-only */
  unset(name: string): boolean {
    name = this.resolve(name);
    if (this.raw(name)?.readonly) return false;
    this.dynamic.delete(name);
    for (let i = this.#locals.length - 1; i >= 0; i--) {
      const scope = this.#locals[i];
      if (scope?.has(name)) {
        if (i === this.#locals.length - 1) scope.set(name, { value: undefined });
        else scope.delete(name);
        return true;
      }
    }
    this.#global.delete(name);
    return true;
  }

  /** Names of all variables that can be seen, sorted. */
  names(): string[] {
    const all = new Set([...this.#global.keys(), ...this.dynamic.keys()]);
    for (const scope of this.#locals) for (const k of scope.keys()) all.add(k);
    return [...all].sort();
  }

  /** Names local to the innermost function. */
  localNames(): string[] {
    return [...(this.#locals.at(-1)?.keys() ?? [])].sort();
  }

  /** Environment of a program: exported scalars. */
  environ(): Record<string, string> {
    const out: Record<string, string> = {};
    const put = (m: Map<string, Variable>): void =>
      m.forEach((v, k) => {
        if (v.exported && v.value !== undefined && !v.items) out[k] = v.value;
        else if (k in out) delete out[k];
      });
    put(this.#global);
    for (const scope of this.#locals) put(scope);
    return out;
  }
}

function fold(v: Variable, text: string): string {
  if (v.upper) return text.toUpperCase();
  return v.lower ? text.toLowerCase() : text;
}
