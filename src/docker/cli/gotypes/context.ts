/** Contexts. @see docker/cli cli/command/context/inspect.go: contextWithTLSListing; cli/context/store/metadatastore.go */
import { ANY_MAP, BOOL, embed, mapOf, STRING, STRINGS, struct } from '../template/value.ts';

const DOCKER = struct('command.DockerContext', ['Description', STRING], ['AdditionalFields', ANY_MAP, '-']);
const ENDPOINT = struct('docker.EndpointMeta', ['Host', STRING, '', true], ['SkipTLSVerify', BOOL]);

/** One context of `docker context inspect`. */
export const CONTEXT = embed(
  struct(
    'context.contextWithTLSListing',
    ['Name', STRING],
    ['Metadata', DOCKER],
    ['Endpoints', mapOf(ENDPOINT)],
    ['TLSMaterial', mapOf(STRINGS)],
    ['Storage', struct('store.StorageInfo', ['MetadataPath', STRING], ['TLSPath', STRING])],
  ),
  ['Metadata', 'Name', 'Endpoints'],
);
