/** Parts of the worker whose code arrives when the page first asks for them. */

/** What is made by `make` at the first call of any of its methods, which therefore all answer later. */
export function lazily<Face extends object>(make: () => Promise<object>): Face {
  let made: Promise<object> | undefined;
  const get =
    (_: object, name: string | symbol) =>
    async (...args: unknown[]): Promise<unknown> => {
      made ??= make();
      const part = (await made) as Record<string | symbol, (...args: unknown[]) => unknown>;
      return part[name]?.(...args);
    };
  return new Proxy({}, { get }) as Face;
}
