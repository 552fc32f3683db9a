/** Arguments that no ARG needs to declare, and that the cache does not look at. @see builder/dockerfile/buildargs.go */
export const PROXIES = new Set(
  ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
);
