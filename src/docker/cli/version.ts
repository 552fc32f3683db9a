/** What this client says it is: the docker command of Docker 28.5.2 as Debian builds it. */
export const CLIENT_VERSION = '28.5.2+dfsg4';
/** Highest Engine API version it speaks. */
export const API_VERSION = '1.51';
/** Commit that `docker version` names. */
export const GIT_COMMIT = '9cc6dea35e9a963f281434761c656fba4ac43aed';
/** Version of Go that `docker version` names. */
export const GO_VERSION = 'go1.27.1';
export const BUILD_TIME = '2026-09-15T11:02:57.000000000+00:00';
export const USER_AGENT = `Docker-Client/${CLIENT_VERSION} (linux)`;
/** Where the daemon is when nothing says otherwise. */
export const DEFAULT_HOST = 'unix:///var/run/docker.sock';
