/** Labels by which compose knows what is its own. @see docker/compose pkg/api/labels.go */
export const PROJECT = 'com.docker.compose.project';
export const SERVICE = 'com.docker.compose.service';
export const CONFIG_HASH = 'com.docker.compose.config-hash';
export const NUMBER = 'com.docker.compose.container-number';
export const VOLUME = 'com.docker.compose.volume';
export const NETWORK = 'com.docker.compose.network';
export const WORKING_DIR = 'com.docker.compose.project.working_dir';
export const CONFIG_FILES = 'com.docker.compose.project.config_files';
export const ENVIRONMENT_FILE = 'com.docker.compose.project.environment_file';
export const ONE_OFF = 'com.docker.compose.oneoff';
export const SLUG = 'com.docker.compose.slug';
export const IMAGE_DIGEST = 'com.docker.compose.image';
export const DEPENDENCIES = 'com.docker.compose.depends_on';
export const VERSION = 'com.docker.compose.version';
export const REPLACE = 'com.docker.compose.replace';

/** What the labels of objects say. */
export const COMPOSE_VERSION = '2.40.3';
/** What `docker compose version` says: the package of Debian. */
export const PLUGIN_VERSION = '2.40.3-3';
