import type { LiveKitFile } from './livekit-file.ts';

/** What livekit-server takes, and what callers or operators then meet. Facts are from the source of 1.13.3. */
export function judgeAdvice(file: LiveKitFile): void {
  for (const rule of [secrets, variables, metrics, rooms, judgeLimits, deprecated, development]) rule(file);
}

const LEAST_SECRET = 32;
const NEW_SECRET = '<what openssl rand -base64 32 prints>';

function secrets(file: LiveKitFile): void {
  for (const [key, secret] of Object.entries(file.get('keys') ?? {})) {
    if (isVariable(secret)) continue;
    const length = String(secret).length;
    if (key === 'devkey' && secret === 'secret') {
      file.warn(
        ['keys', key],
        'everybody knows this pair: who reaches the server may enter every room',
        `keys:\n  voice-agent: ${NEW_SECRET}`,
      );
    } else if (length < LEAST_SECRET) {
      file.warn(
        ['keys', key],
        `the secret has ${length} characters; below ${LEAST_SECRET} livekit-server logs an error at each start, and starts`,
        `keys:\n  ${key}: ${NEW_SECRET}`,
      );
    }
  }
}

function variables(file: LiveKitFile): void {
  const visit = (value: unknown, path: (string | number)[]): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inside] of Object.entries(value)) {
        const here = [...path, Array.isArray(value) ? Number(key) : key];
        if (isVariable(key)) warnOf(here, key);
        visit(inside, here);
      }
    } else if (isVariable(value)) warnOf(path, String(value));
  };
  const warnOf = (path: (string | number)[], text: string) => {
    if (path[0] === 'key_file') return;
    file.warn(
      path,
      `livekit-server replaces no variables: ${text} stays as it stands`,
      'write the value, or leave the key out and set LIVEKIT_KEYS (or the flag of that name) in the environment',
    );
  };
  visit(file.get(), []);
}

function isVariable(value: unknown): boolean {
  return typeof value === 'string' && value.length < 200 && /^\$(\w+|\{[^}]*\})$/.test(value);
}

function metrics(file: LiveKitFile): void {
  if (file.number('prometheus', 'port') > 0) return;
  const old = file.number('prometheus_port');
  if (old > 0) {
    file.warn(['prometheus_port'], 'this key is deprecated, and works', `prometheus:\n  port: ${old}`);
  } else {
    file.warn(
      ['prometheus'],
      'there are no metrics: without a port of their own /metrics answers nowhere, also not on 7880',
      'prometheus:\n  port: 6789',
    );
  }
}

/** The agent and a colleague who takes over are participants too. */
const LEAST_PARTICIPANTS = 3;

function rooms(file: LiveKitFile): void {
  const most = file.number('room', 'max_participants');
  if (most > 0 && most < LEAST_PARTICIPANTS) {
    file.warn(
      ['room', 'max_participants'],
      `a room holds ${most}: caller, agent and whoever takes over are ${LEAST_PARTICIPANTS}`,
      `room:\n  max_participants: ${LEAST_PARTICIPANTS}   # default 0: no limit`,
    );
  }
  if (file.get('room', 'auto_create') === false) {
    file.warn(
      ['room', 'auto_create'],
      'callers can only enter rooms that somebody made before',
      'room:\n  auto_create: true',
    );
  }
}

/** What a hundred calls need: the voices of both sides in and out, each up to 144 kbit/s with what Opus is sent twice for (RED). */
const LEAST_BYTES_PER_S = 10_000_000;

export function judgeLimits(file: LiveKitFile): void {
  const bytes = file.number('limit', 'bytes_per_sec');
  if (bytes > 0 && bytes < LEAST_BYTES_PER_S) {
    file.warn(
      ['limit', 'bytes_per_sec'],
      `this is for the whole node, not for a participant: at ${bytes} bytes a second it takes no more callers`,
      'limit:\n  bytes_per_sec: 1_000_000_000   # the default',
    );
  }
}

const DEPRECATED: readonly [readonly string[], string][] = [
  [['log_level'], 'logging:\n  level: info'],
  [['rtc', 'packet_buffer_size'], 'rtc:\n  packet_buffer_size_audio: 200\n  packet_buffer_size_video: 500'],
  [['redis', 'use_tls'], 'redis:\n  tls:\n    enabled: true'],
  [['room', 'max_metadata_size'], 'limit:\n  max_metadata_size: …'],
  [['room', 'max_room_name_length'], 'limit:\n  max_room_name_length: …'],
  [['room', 'max_participant_identity_length'], 'limit:\n  max_participant_identity_length: …'],
];

function deprecated(file: LiveKitFile): void {
  for (const [path, fix] of DEPRECATED) {
    if (file.get(...path) !== undefined) file.warn(path, 'this key is deprecated, and works', fix);
  }
}

function development(file: LiveKitFile): void {
  if (file.isOn('development')) {
    file.warn(
      ['development'],
      'debug log, three relay ports, and a known key where there is none',
      'development: false',
    );
  }
}
