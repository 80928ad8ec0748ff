import { join } from 'node:path';
import { AppError } from '../../../src/errors.ts';

/** What a container image would hold, as parts of this machine. */
export interface Image {
  /** Path in the container → path here. */
  files: Readonly<Record<string, string>>;
  /** What runs when the container names no command; `args` follow it. */
  entrypoint: readonly string[];
  /** What runs when the container names neither command nor args. */
  cmd: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  user: number;
}

export interface Programs {
  /** The project's folder, built. */
  checkout: string;
  livekitServer: string;
  stunnerd: string;
}

export const PATH = '/opt/image/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** No such image: a pod waits for it with `ImagePullBackOff`. */
export class ImageError extends AppError {}

/**
 * Programs of this machine in place of the chart's images, by repository; registry, tag and digest do not matter.
 *
 * @returns throws an ImageError for an image that none stands for.
 */
export function imageTable({ checkout, livekitServer, stunnerd }: Programs) {
  const fromCheckout = (name: string) => [join('/app', name), join(checkout, name)];
  const images: Readonly<Record<string, Image>> = {
    // As the Dockerfile makes it.
    'livekit-voice-agent': {
      files: {
        ...Object.fromEntries(['dist', 'node_modules', 'package.json', 'prompts'].map(fromCheckout)),
        '/opt/image/bin/node': process.execPath,
      },
      entrypoint: [],
      cmd: ['node', 'dist/main.js', 'start'],
      cwd: '/app',
      env: { NODE_ENV: 'production', HOME: '/tmp', HEALTH_HOST: '0.0.0.0' },
      user: 10001,
    },
    'livekit/livekit-server': {
      files: { '/livekit-server': livekitServer },
      entrypoint: ['/livekit-server'],
      cmd: [],
      cwd: '/',
      env: {},
      user: 0,
    },
    // Debian's 4.6.1, which the node's own parts bring: older than the chart's, and with the faults that made it move on.
    'coturn/coturn': { files: {}, entrypoint: [], cmd: ['turnserver'], cwd: '/', env: {}, user: 0 },
    'l7mp/stunnerd': {
      files: { '/opt/image/bin/stunnerd': stunnerd },
      entrypoint: [],
      cmd: ['stunnerd'],
      cwd: '/',
      env: {},
      user: 0,
    },
  };
  return (reference: string): Image => {
    const image = images[repositoryOf(reference)];
    if (image) return image;
    throw new ImageError(`no program of this machine stands for image ${reference}`);
  };
}

export type FindImage = ReturnType<typeof imageTable>;

/** `registry.local:5000/l7mp/stunnerd:1.2.1@sha256:…` → `l7mp/stunnerd`. The first part is a registry if it looks like a host. */
export function repositoryOf(reference: string): string {
  const name = reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  const [first = '', ...rest] = name.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? rest.join('/') : name;
}

/** The command line, as Kubernetes puts it together from image and container. */
export function commandLine(
  { entrypoint, cmd }: Pick<Image, 'entrypoint' | 'cmd'>,
  command: readonly string[] = [],
  args: readonly string[] = [],
): string[] {
  if (command.length > 0) return [...command, ...args];
  return [...entrypoint, ...(args.length > 0 ? args : cmd)];
}
