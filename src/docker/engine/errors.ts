/**
 * The daemon's error texts, with their classes, in one place. Texts are the interface: tests of clients match them.
 * @see moby daemon/errors.go and the places named
 */
import { Failure } from '../errdefs.ts';

const invalid = (m: string): Failure => new Failure('invalid', m);
const notFound = (m: string): Failure => new Failure('notFound', m);
const conflict = (m: string): Failure => new Failure('conflict', m);
const forbidden = (m: string): Failure => new Failure('forbidden', m);
const system = (m: string): Failure => new Failure('system', m);

/** What the daemon adds where something is no directory. */
export const MOUNT_HINT =
  'Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type';

export const errors = {
  // --- requests
  pageNotFound: notFound('page not found'),
  invalidFilter: invalid('invalid filter'),
  invalidFilterKey: (key: string): Failure => invalid(`invalid filter '${key}'`),
  unreadableLog: new Failure('notImplemented', 'configured logging driver does not support reading'),
  badState: (state: string, known: readonly string[]): Failure =>
    invalid(`invalid filter 'status=${state}': invalid value for state (${state}): must be one of ${known.join(', ')}`),
  badHealth: (health: string, known: readonly string[]): Failure =>
    invalid(
      `invalid filter 'health=${health}': invalid value for health (${health}): must be one of ${known.join(', ')}`,
    ),
  badExitCode: (code: string): Failure =>
    invalid(`invalid filter 'exited=${code}': strconv.Atoi: parsing "${code}": invalid syntax`),
  invalidFilterValue: (key: string, value: string): Failure => invalid(`invalid filter '${key}=[${value}]'`),
  manyUntil: invalid('more than one until filter specified'),
  badTime: (text: string): Failure => invalid(`failed to parse value as time or duration: ${JSON.stringify(text)}`),
  invalidJson: (why: string): Failure => invalid(`invalid JSON: ${why}`),
  jsonTail: invalid('unexpected content after JSON'),
  contentType: (type: string): Failure =>
    invalid(`unsupported Content-Type header (${type}): must be 'application/json'`),
  startBody: invalid(
    'starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24',
  ),
  checkpoint: invalid('checkpoint is only supported in experimental mode'),
  jsonEnd: invalid('invalid JSON: got EOF while reading request body'),
  noContentType: invalid('malformed Content-Type header (): mime: no media type'),
  noStream: invalid('Bad parameters: you must choose at least one stream'),
  emptyParameter: (name: string): Failure => invalid(`bad parameter: ${name}cannot be empty`),
  atoi: (text: string): Failure => system(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`),
  emptyConfig: invalid('config cannot be empty in order to create a container'),
  parseInt: (text: string): Failure => system(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`),

  // --- containers
  noContainer: (name: string): Failure => notFound(`No such container: ${name}`),
  ambiguous: (prefix: string): Failure => invalid(`multiple IDs found with provided prefix: ${prefix}`),
  badName: (name: string): Failure =>
    invalid(`Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`),
  nameTaken: (name: string, id: string): Failure =>
    conflict(
      `Conflict. The container name "/${name}" is already in use by container "${id}". ` +
        'You have to remove (or rename) that container to be able to reuse that name.',
    ),
  noCommand: invalid('no command specified'),
  linkTarget: (name: string, cause: Failure): Failure =>
    new Failure(
      cause.kind === 'notFound' ? 'invalid' : cause.kind,
      `could not get container for ${name}: ${cause.message}`,
    ),
  noNameOrId: (term: string): Failure => invalid(`invalid name or ID supplied: ${JSON.stringify(term)}`),
  linkHost: invalid(
    "conflicting options: host type networking can't be used with links. This would result in undefined behavior",
  ),
  linkStopped: (child: string, link: string): Failure =>
    system(`Cannot link to a non running container: /${child} AS ${link}`),
  linkNetwork: (id: string): Failure => system(`container ${id} not attached to default bridge network`),
  linkNotDefault: (child: string): Failure =>
    system(`cannot link to /${child}, as it does not belong to the default network`),
  linkOwnName: invalid('Conflict, cannot remove the default link name of the container'),
  linkNoParent: (parent: string, name: string): Failure => invalid(`Cannot get parent ${parent} for link name ${name}`),
  badPort: (text: string): Failure => invalid(`invalid port specification: ${JSON.stringify(text)}`),
  badHostIp: (text: string): Failure => invalid(`invalid host IP address: ${text}`),
  networkMode: (why: string): Failure => invalid(`conflicting options: ${why}`),
  badContainerMode: invalid('invalid network mode: invalid container format container:<name|id>'),
  alreadyStarted: new Failure('notModified', 'container is already started'),
  alreadyStopped: new Failure('notModified', 'container is already stopped'),
  startPaused: conflict('cannot start a paused container, try unpause instead'),
  startRemoving: conflict('container is marked for removal and cannot be started'),
  networking: (cause: Failure): Failure => cause.wrap('failed to set up container networking'),
  notRunning: (id: string): Failure => conflict(`container ${id} is not running`),
  cannotKill: (name: string, cause: Failure): Failure => cause.wrap(`cannot kill container: ${name}`),
  cannotStop: (name: string, cause: Failure): Failure => system(`cannot stop container: ${name}: ${cause.message}`),
  unsupportedSignal: (signal: string): Failure => invalid(`the linux daemon does not support signal ${signal}`),
  badSignal: (signal: string): Failure => invalid(`invalid signal: ${signal}`),
  alreadyPaused: (id: string): Failure => conflict(`Container ${id} is already paused`),
  notPaused: (id: string): Failure => system(`Container ${id} is not paused`),
  removeRunning: (name: string, state: string): Failure =>
    conflict(
      `cannot remove container "${name}": container is ${state}: ` +
        `${state === 'paused' ? 'unpause and then stop' : 'stop'} the container before removing or force remove`,
    ),
  renameEmpty: invalid('Neither old nor new names may be empty'),
  renameSame: invalid('Renaming a container with the same name as its current name'),
  restarting: (id: string): Failure => conflict(`Container ${id} is restarting, wait until the container is running`),
  detachKeys: (keys: string): Failure => invalid(`Invalid detach keys (${keys}) provided`),
  escapeKeys: (keys: string): Failure => system(`Invalid escape keys (${keys}) provided`),
  attachStopped: conflict('You cannot attach to a stopped container, start it first'),
  attachPaused: (id: string): Failure => conflict(`container ${id} is paused, unpause the container before attach`),
  task: (verb: 'create' | 'start', cause: string): Failure =>
    new Failure(
      'invalid',
      `failed to create task for container: failed to create shim task: OCI runtime create failed: runc ${verb} failed: ` +
        `unable to start container process: error during container init: ${cause}`,
    ),
  /** What runc refuses before it starts anything. */
  runtime: (cause: string): Failure =>
    new Failure(
      'invalid',
      `failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: ${cause}`,
    ),
  /** Something of the host's cannot be mounted where it is wanted. */
  mounting: (source: string, target: string, why: string): Failure =>
    errors.task('create', `error mounting "${source}" to rootfs at "${target}": ${why}`),
  mountSource: (path: string, why: string): Failure =>
    system(`error while creating mount source path '${path}': mkdir ${path}: ${why}`),
  volumeOverFile: (path: string): Failure => system(`cannot mount volume over existing file, file exists ${path}`),
  volumeFromFile: (path: string): Failure => system(`source ${path} is not directory`),
  /** A file cannot lie on a directory, nor a directory on a file. @see moby daemon/errors.go: setExitCodeFromError, runc rootfs_linux.go */
  mountKinds: (source: string, target: string, fileOnDir: boolean, graph: string): Failure => {
    const why = fileOnDir
      ? `mount src=${source}, dst=${target}, dstFd=/proc/thread-self/fd/11, flags=MS_BIND|MS_REC: not a directory`
      : `create mountpoint for ${target} mount: cannot create subdirectories in "${graph}/merged${target}": not a directory`;
    return errors.mounting(source, target, `${why}: ${MOUNT_HINT}`);
  },
  logDriver: (cause: string): Failure =>
    system(`failed to create task for container: failed to initialize logging driver: ${cause}`),
  idRange: system('uids and gids must be in range 0-2147483647'),
  workdirIsFile: (dir: string): Failure => system(`Cannot mkdir: ${dir} is not a directory`),
  noGroup: (group: string): Failure => system(`unable to find group ${group}: no matching entries in group file`),
  noGroups: (group: string): Failure => system(`Unable to find group ${group}`),
  joinStopped: (kind: 'IPC' | 'PID', id: string): Failure =>
    conflict(`failed to join ${kind} namespace: container ${id} is not running`),
  notShareable: (id: string): Failure =>
    invalid(
      `failed to join IPC namespace: container ${id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
    ),
  noUser: (user: string): Failure => system(`unable to find user ${user}: no matching entries in passwd file`),
  netContainerStopped: (name: string, state: string): Failure =>
    conflict(`cannot join network namespace of a non running container: container ${name} is ${state}`),
  netContainerRestarting: (id: string): Failure =>
    system(
      `cannot join network namespace of container: Container ${id} is restarting, wait until the container is running`,
    ),
  netContainerSelf: system('cannot join own network namespace'),

  badResize: (what: string, value: string): Failure =>
    invalid(`invalid resize ${what} ${JSON.stringify(value)}: invalid syntax`),
  noFile: (path: string, container: string): Failure =>
    notFound(`Could not find the file ${path} in container ${container}`),
  notDirectory: invalid('extraction point is not a directory'),
  readOnlyRootfs: forbidden('container rootfs is marked read-only'),

  // --- exec
  noExec: (id: string): Failure => notFound(`No such exec instance: ${id}`),
  noExecCommand: invalid('No exec command specified'),
  execPaused: (name: string): Failure => conflict(`Container ${name} is paused, unpause the container before exec`),
  execRan: (id: string): Failure => conflict(`Error: Exec command ${id} has already run`),
  execFailed: (cause: string): string =>
    `OCI runtime exec failed: exec failed: unable to start container process: ${cause}`,

  // --- images
  noHost: system('Get "http:": http: no Host in request URL'),
  imageInUse: (ref: string, container: string, image: string): Failure =>
    conflict(
      `conflict: unable to remove repository reference "${ref}" (must force) - ` +
        `container ${container} is using its referenced image ${image}`,
    ),
  imageIdInUse: (image: string, container: string, running: boolean): Failure =>
    conflict(
      `conflict: unable to delete ${image} (${running ? 'cannot be forced' : 'must be forced'}) - ` +
        `image is being used by ${running ? 'running' : 'stopped'} container ${container}`,
    ),
  imageManyTags: (image: string): Failure =>
    conflict(`conflict: unable to delete ${image} (must be forced) - image is referenced in multiple repositories`),
  imageHasChildren: (image: string): Failure =>
    conflict(`conflict: unable to delete ${image} (cannot be forced) - image has dependent child images`),

  noSession: invalid('no upgrade proto in request'),
  experimental: new Failure(
    'notImplemented',
    'This experimental feature is disabled by default. Start the Docker daemon in experimental mode in order to enable it.',
  ),
  noBuildKit: new Failure(
    'notImplemented',
    'this engine speaks no gRPC: a build sends its context in the request, or uses the classic builder (DOCKER_BUILDKIT=0)',
  ),
  remoteContext: (remote: string, why: string): Failure => system(`error downloading remote context ${remote}: ${why}`),
  noRemoteContext: (remote: string): Failure =>
    system(`error downloading remote context ${remote}: this laboratory has no git`),

  // --- networks
  networkName: invalid('invalid name: name is empty'),
  networkExists: (name: string): Failure => conflict(`network with name ${name} already exists`),
  networkPredefined: (name: string): Failure => forbidden(`operation is not permitted on predefined ${name} network`),
  networkCannotRemove: (name: string): Failure => forbidden(`${name} is a pre-defined network and cannot be removed`),
  endpointExists: (name: string, network: string): Failure =>
    forbidden(`endpoint with name ${name} already exists in network ${network}`),
  notConnected: (id: string, network: string): Failure =>
    system(`container ${id} is not connected to network ${network}`),
  notConnectedStopped: (id: string, network: string): Failure =>
    system(`container ${id} is not connected to the network ${network}`),
  noEndpoint: (name: string): Failure => notFound(`endpoint ${name} not found`),
  networkOfRemoved: (id: string): Failure =>
    conflict(`container ${id} is marked for removal and cannot be connected or disconnected to the network`),
  connectHost: forbidden('cannot connect container to host network - container must be created in host network mode'),
  disconnectHost: forbidden(
    'cannot disconnect container from host network - container was created in host network mode',
  ),
  privateMode: forbidden(
    'container cannot be connected to multiple networks with one of the networks in private (none) mode',
  ),
  sharedNamespace: forbidden(
    'container sharing network namespace with another container or host cannot be connected to any other network',
  ),
  noConfigNetwork: (name: string): Failure => notFound(`configuration network "${name}" does not exist`),
  configOnlyFields: forbidden(
    'configuration network can only contain network specific fields. Network operator fields like ' +
      '[ ingress | internal | attachable | scope ] are not supported.',
  ),
  configOnlyFrom: forbidden('a configuration network cannot depend on another configuration network'),
  configFromWithOptions: forbidden(
    'network driver options are not supported if the network depends on a configuration network',
  ),
  scopeSwarm: forbidden('cannot create a swarm scoped network when swarm is not active'),
  ingressScope: forbidden('Ingress network can only be global scope network'),
  configFromWithSettings: forbidden(
    'user specified configurations are not supported if the network depends on a configuration network',
  ),

  // --- volumes, plugins, swarm
  duplicateMount: (path: string): Failure => invalid(`Duplicate mount point: ${path}`),
  volumeSpec: (spec: string, why?: string): Failure =>
    invalid(`invalid volume specification: '${spec}'${why === undefined ? '' : `: ${why}`}`),
  mountMode: (mode: string): Failure => invalid(`invalid mode: ${mode}`),
  mountConfig: (type: string, why: string): Failure => invalid(`invalid mount config for type "${type}": ${why}`),
  noVolumeDriver: (name: string, driver: string): Failure =>
    notFound(`create ${name}: error looking up volume plugin ${driver}: plugin ${JSON.stringify(driver)} not found`),
  /** @see moby internal/safepath/errors.go: ErrNotAccessible */
  noSubpath: (path: string): Failure => system(`cannot access path ${path}: lstat ${path}: no such file or directory`),
  volumeOption: (name: string, why: string): Failure => invalid(`create ${name}: ${why}`),
  noVolume: (name: string): Failure => notFound(`get ${name}: no such volume`),
  volumeNameIn: (name: string): Failure =>
    name.length < 2
      ? invalid(`create ${name}: volume name is too short, names should be at least two alphanumeric characters`)
      : invalid(
          `create ${name}: ${JSON.stringify(name)} includes invalid characters for a local volume name, only ` +
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path',
        ),
  volumeInUse: (name: string, ids: string): Failure => conflict(`remove ${name}: volume is in use - [${ids}]`),
  noPlugin: (name: string): Failure => notFound(`plugin "${name}" not found`),
  noSwarm: new Failure(
    'unavailable',
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
  ),
  noSwarmManager: forbidden(
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
  ),
  notInSwarm: new Failure('unavailable', 'This node is not part of a swarm'),
} as const;

/** Several errors as a list. @see moby internal/multierror */
export const joined = (found: readonly string[]): string =>
  found.length === 1 ? (found[0] as string) : found.map((f) => `* ${f}`).join('\n');
