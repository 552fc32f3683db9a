/** The flags that `docker run` and `docker create` share. @see docker/cli cli/command/container/opts.go: addFlags */
import { ramInBytes } from '../flags/values.ts';
import { type FlagSpec, flag } from '../spec.ts';
import { gpuRequest, rateDevice, weightDevice } from './devices.ts';
import * as check from './validators.ts';

const environment: readonly FlagSpec[] = [
  flag('attach', 'list', 'Streams to attach to: STDIN, STDOUT or STDERR', { short: 'a', check: check.attachStream }),
  flag('device-cgroup-rule', 'list', 'Add a rule to the list of allowed devices of the cgroup', {
    check: check.deviceCgroupRule,
  }),
  flag('device', 'list', 'Give the container a device of the host'),
  flag('gpus', 'gpu-request', "GPUs for the container ('all' for all of them)", { check: gpuRequest }),
  flag('env', 'list', 'Set environment variables', { short: 'e', check: check.environment }),
  flag('env-file', 'list', 'Read environment variables from a file', { names: 'file' }),
  flag('entrypoint', 'string', 'Run this instead of the ENTRYPOINT of the image'),
  flag('group-add', 'list', 'Join more groups'),
  flag('hostname', 'string', 'Host name inside the container', { short: 'h' }),
  flag('domainname', 'string', 'NIS domain name inside the container'),
  flag('interactive', 'bool', 'Keep standard input open, attached or not', { short: 'i' }),
  flag('label', 'list', 'Labels for the container', { short: 'l', check: check.label }),
  flag('label-file', 'list', 'Read labels from a file, one a line', { names: 'file' }),
  flag('read-only', 'bool', "Make the container's root file system read-only"),
  flag('restart', 'string', 'What to do when the container exits', { default: 'no' }),
  flag('stop-signal', 'string', 'Signal that asks the container to stop'),
  flag('stop-timeout', 'int', 'Seconds to wait for it to stop'),
  flag('sysctl', 'map', 'Kernel parameters of its namespaces', { check: check.sysctl }),
  flag('tty', 'bool', 'Give the container a terminal', { short: 't' }),
  flag('ulimit', 'ulimit', 'Resource limits', { default: '[]', check: check.ulimit }),
  flag('user', 'string', 'User to run as (name or uid, :group or gid if wanted)', { short: 'u' }),
  flag('workdir', 'string', 'Working directory inside the container', { short: 'w' }),
  flag('rm', 'bool', 'Remove the container and its anonymous volumes when it exits'),
  flag('annotation', 'map', 'Annotations for the OCI runtime'),
  flag('use-api-socket', 'bool', "Bind mount the daemon's socket and hand over credentials"),
];

const security: readonly FlagSpec[] = [
  flag('cap-add', 'list', 'Add Linux capabilities'),
  flag('cap-drop', 'list', 'Drop Linux capabilities'),
  flag('privileged', 'bool', 'Run with all privileges'),
  flag('security-opt', 'list', 'Security options'),
  flag('userns', 'string', 'User namespace'),
  flag('cgroupns', 'string', "Cgroup namespace: 'host', 'private', or '' for the daemon's default"),
];

const network: readonly FlagSpec[] = [
  flag('add-host', 'list', 'Add a line to its hosts file (host:ip)', { check: check.extraHost }),
  flag('dns', 'list', 'DNS servers to use', { check: check.ipAddress }),
  flag('dns-opt', 'list', 'DNS options', { hidden: true, alias: 'dns-option' }),
  flag('dns-option', 'list', 'DNS options'),
  flag('dns-search', 'list', 'DNS search domains', { check: check.dnsSearch }),
  flag('expose', 'list', 'Ports (or ranges) the container listens on'),
  flag('ip', 'string', 'IPv4 address on its network (172.30.100.104)'),
  flag('ip6', 'string', 'IPv6 address on its network (2001:db8::33)'),
  flag('link', 'list', 'Link to another container', { check: check.link, names: 'running' }),
  flag('link-local-ip', 'list', 'Link-local addresses, IPv4 or IPv6'),
  flag('mac-address', 'string', 'MAC address (92:d0:c6:0a:29:33)'),
  flag('publish', 'list', 'Publish a port of the container on the host', { short: 'p' }),
  flag('publish-all', 'bool', 'Publish every exposed port on a random port', { short: 'P' }),
  flag('net', 'network', 'Network to connect to', {
    hidden: true,
    alias: 'network',
    check: check.networkAttachment,
    names: 'network',
  }),
  flag('network', 'network', 'Network to connect to', { check: check.networkAttachment, names: 'network' }),
  flag('net-alias', 'list', 'Further name on that network', { hidden: true, alias: 'network-alias' }),
  flag('network-alias', 'list', 'Further name on that network'),
];

const storage: readonly FlagSpec[] = [
  flag('log-driver', 'string', 'Log driver'),
  flag('volume-driver', 'string', 'Volume driver'),
  flag('log-opt', 'list', 'Options of the log driver'),
  flag('storage-opt', 'list', 'Options of the storage driver'),
  flag('tmpfs', 'list', 'Mount a tmpfs'),
  flag('volumes-from', 'list', 'Use the volumes of other containers', { names: 'container' }),
  flag('volume', 'list', 'Mount a volume or a directory of the host', { short: 'v' }),
  flag('mount', 'mount', 'Mount a file system', { check: check.mount }),
];

const health: readonly FlagSpec[] = [
  flag('health-cmd', 'string', 'Command that tells whether it is healthy'),
  flag('health-interval', 'duration', 'Time between two checks (ms|s|m|h) (default 0s)'),
  flag('health-retries', 'int', 'Failures in a row until it counts as unhealthy'),
  flag('health-timeout', 'duration', 'Longest time one check may take (ms|s|m|h) (default 0s)'),
  flag('health-start-period', 'duration', 'Time to start up before failures count (ms|s|m|h) (default 0s)'),
  flag('health-start-interval', 'duration', 'Time between two checks while it starts up (ms|s|m|h) (default 0s)'),
  flag('no-healthcheck', 'bool', 'Turn off the HEALTHCHECK of the image'),
];

const resources: readonly FlagSpec[] = [
  flag('blkio-weight', 'uint16', 'Block I/O weight, 10 to 1000, 0 for none (default 0)'),
  flag('blkio-weight-device', 'list', 'Block I/O weight of one device', { default: '[]', check: weightDevice }),
  flag('cidfile', 'string', 'Write the id of the container to this file'),
  flag('cpuset-cpus', 'string', 'CPUs it may run on (0-3, 0,1)'),
  flag('cpuset-mems', 'string', 'Memory nodes it may use (0-3, 0,1)'),
  flag('cpu-count', 'int', 'Number of CPUs (Windows only)'),
  flag('cpu-percent', 'int', 'Percent of CPU (Windows only)'),
  flag('cpu-period', 'int', 'Period of the CPU quota'),
  flag('cpu-quota', 'int', 'CPU quota in one period'),
  flag('cpu-rt-period', 'int', 'Real-time period in microseconds'),
  flag('cpu-rt-runtime', 'int', 'Real-time run time in microseconds'),
  flag('cpu-shares', 'int', 'Relative CPU weight', { short: 'c' }),
  flag('cpus', 'decimal', 'Number of CPUs'),
  flag('device-read-bps', 'list', 'Highest read rate of a device, bytes a second', {
    default: '[]',
    check: rateDevice('bytes'),
  }),
  flag('device-read-iops', 'list', 'Highest read rate of a device, operations a second', {
    default: '[]',
    check: rateDevice('operations'),
  }),
  flag('device-write-bps', 'list', 'Highest write rate of a device, bytes a second', {
    default: '[]',
    check: rateDevice('bytes'),
  }),
  flag('device-write-iops', 'list', 'Highest write rate of a device, operations a second', {
    default: '[]',
    check: rateDevice('operations'),
  }),
  flag('io-maxbandwidth', 'bytes', 'Highest bandwidth of the system drive (Windows only)'),
  flag('io-maxiops', 'uint', 'Highest operation rate of the system drive (Windows only)'),
  flag('kernel-memory', 'bytes', 'Limit of kernel memory'),
  flag('memory', 'bytes', 'Limit of memory', { short: 'm' }),
  flag('memory-reservation', 'bytes', 'Soft limit of memory'),
  flag('memory-swap', 'bytes', "Limit of memory and swap together, '-1' for none", {
    check: check.memorySwap(ramInBytes),
  }),
  flag('memory-swappiness', 'int', 'Swappiness, 0 to 100', { default: '-1' }),
  flag('oom-kill-disable', 'bool', 'Never let the kernel kill it for want of memory'),
  flag('oom-score-adj', 'int', 'Its weight in that choice, -1000 to 1000'),
  flag('pids-limit', 'int', 'Limit of processes, -1 for none'),
  flag('cgroup-parent', 'string', 'Parent cgroup'),
  flag('ipc', 'string', 'IPC namespace'),
  flag('isolation', 'string', 'Isolation technology'),
  flag('pid', 'string', 'PID namespace'),
  flag('shm-size', 'bytes', 'Size of /dev/shm'),
  flag('uts', 'string', 'UTS namespace'),
  flag('runtime', 'string', 'Runtime to use'),
  flag('init', 'bool', 'Run an init that passes signals on and reaps processes'),
];

/** Flags of the container itself. */
export const CONTAINER_FLAGS: readonly FlagSpec[] = Object.freeze([
  ...environment,
  ...security,
  ...network,
  ...storage,
  ...health,
  ...resources,
]);

/** Flags of making it, which run and create add. */
export const CREATE_FLAGS: readonly FlagSpec[] = Object.freeze([
  flag('name', 'string', 'Name of the container'),
  flag('platform', 'string', 'Platform to ask for, where the server has several'),
  flag('pull', 'string', 'Pull the image first: "always", "missing", "never"', { default: 'missing' }),
  flag('quiet', 'bool', 'Print nothing while pulling', { short: 'q' }),
  flag('disable-content-trust', 'bool', 'Do not verify the image', { default: 'true' }),
]);
