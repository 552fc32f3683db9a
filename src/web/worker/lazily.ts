/** Parts of the worker whose code arrives when the page first asks for them. */

/**
 * A face whose methods are those of what `make` makes of the present owner, at the first call for that owner; they all
 * answer later.
 */
export function lazily<Owner extends object, Face extends object>(
  owner: () => Owner,
  make: (owner: Owner) => Promise<object>,
): Face {
  const made = new WeakMap<Owner, Promise<object>>();
  const call = async (name: string | symbol, args: unknown[]): Promise<unknown> => {
    const of = owner();
    const part = made.get(of) ?? make(of);
    made.set(of, part);
    const methods = (await part) as Record<string | symbol, (...args: unknown[]) => unknown>;
    return methods[name]?.(...args);
  };
  return new Proxy({} as Face, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        call(name, args),
  });
}
