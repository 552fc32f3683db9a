/** Log drivers that dockerd knows by name, and the options of json-file. */
import type { HostConfig } from '../api/types.ts';
import { Failure } from '../errdefs.ts';

const invalid = (text: string): Failure => new Failure('invalid', text);

const LOG_DRIVERS = 'awslogs fluentd gcplogs gelf journald json-file local none splunk syslog'.split(' ');
const JSON_FILE_OPTIONS = 'max-file max-size compress labels labels-regex env env-regex tag'.split(' ');

/** @see moby daemon/logger/factory.go: ValidateLogOpts, jsonfilelog: ValidateLogOpt */
export function verifyLog({ Type, Config }: HostConfig['LogConfig']): Failure | undefined {
  const { mode, ...options } = Config ?? {};
  const buffer = options['max-buffer-size'];
  delete options['max-buffer-size'];
  if (!LOG_DRIVERS.includes(Type)) return invalid(`logger: no log driver named '${Type}' is registered`);
  if (mode !== undefined && !['', 'blocking', 'non-blocking'].includes(mode))
    return invalid(`logger: logging mode not supported: ${mode}`);
  if (buffer !== undefined && mode !== 'non-blocking')
    return invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
  const unknown = Object.keys(options).find((key) => Type === 'json-file' && !JSON_FILE_OPTIONS.includes(key));
  return unknown === undefined ? undefined : invalid(`unknown log opt '${unknown}' for json-file log driver`);
}
