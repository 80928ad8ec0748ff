import { join } from 'node:path';
import { AppError } from '../../src/errors.ts';
import type { Program } from './servers.ts';

/** Servers that no package registry has: from a checkout, with an environment of its own in `venv` there. */
const BY_HAND = {
  /** 0.8.3 wants FastAPI 0.115 and PyAV 14, and in `hub` the models `Systran/faster-whisper-base` and Piper's joe. */
  speaches: (dir: string): Program[] => {
    const speaches = (model: string, stages: Program['stages'], voice?: string): Program => ({
      ...{ server: 'speaches-0.8.3', model, stages },
      ...(voice !== undefined && { voice }),
      ...uvicorn(dir, '--factory', 'speaches.main:create_app'),
      env: (port) => ({
        PYTHONPATH: `${join(dir, 'src')}:${dir}`,
        // Else realtime answers «Not Found».
        LOOPBACK_HOST_URL: `http://127.0.0.1:${port}`,
        ...{ HF_HUB_CACHE: join(dir, 'hub'), HF_HUB_OFFLINE: '1', ENABLE_UI: 'false' },
        ...{ WHISPER__INFERENCE_DEVICE: 'cpu', WHISPER__COMPUTE_TYPE: 'int8', WHISPER__TTL: '-1' },
      }),
    });
    return [
      speaches('Systran/faster-whisper-base', ['batch', 'sse', 'realtime']),
      speaches('speaches-ai/piper-en_US-joe-medium', ['speech'], 'joe'),
    ];
  },
  /** 0.8.0; its model and voices are where it looks for them. */
  kokoro: (dir: string): Program[] => [
    {
      ...{ server: 'kokoro-fastapi-0.8.0', model: 'kokoro', voice: 'af_heart', stages: ['speech'] },
      ...uvicorn(dir, 'api.src.main:app'),
      env: () => ({
        PYTHONPATH: `${join(dir, 'shim')}:${dir}`,
        ...{ MODEL_DIR: join(dir, 'api/src/models'), VOICES_DIR: join(dir, 'api/src/voices/v1_0') },
        ...{ USE_GPU: 'false', HF_HUB_OFFLINE: '1' },
      }),
    },
  ],
} as const;

function uvicorn(dir: string, ...app: string[]): Pick<Program, 'command' | 'args' | 'cwd'> {
  return {
    command: join(dir, 'venv/bin/uvicorn'),
    args: (port) => [...app, '--host', '127.0.0.1', '--port', String(port)],
    cwd: dir,
  };
}

export const BY_HAND_NAMES = Object.keys(BY_HAND) as (keyof typeof BY_HAND)[];

/** @throws AppError for a name that is none of these, and without a folder */
export function byHand(name: string, dir: string | undefined): Program[] {
  const found = BY_HAND_NAMES.find((one) => one === name);
  if (!found) throw new AppError(`--server: got ${name}; want small, vllm, ${BY_HAND_NAMES.join(' or ')}`);
  if (dir === undefined)
    throw new AppError(`--server ${name} runs from its source`, {
      hint: 'add --dir with the folder of a checkout',
    });
  return BY_HAND[found](dir);
}
