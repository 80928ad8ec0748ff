import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { freeUdpPort } from '../../src/dev/ports.ts';
import { resample } from '../../src/openai/resample.ts';
import { recordInto } from '../../src/probe/phone-leg.ts';
import { createRecording, quietSince, type Recording } from '../../src/probe/recording.ts';
import { createWatch, type Watch } from '../../src/probe/watch.ts';
import type { Sound } from '../../src/probe/wav.ts';
import { toolPath } from '../tools.ts';

/** Samples per second of G.711. */
export const TELEPHONE_RATE = 8000;
const QUIET_MS = 1000;

export interface PhoneOptions {
  /** Number that it calls from; default +60123456789. */
  number?: string;
  codec?: 'pcmu' | 'pcma' | 'g729';
}

/** What happened at the telephone; `test/gomod/sip-phone/main.go` says what there is. */
export interface PhoneEvent {
  readonly event: string;
  /** `performance.now()`. */
  readonly atMs: number;
  readonly code?: number;
  readonly reason?: string;
  readonly by?: string;
  readonly digit?: string;
  readonly from?: string;
  readonly to?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Call {
  /** SIP URI. */
  to: string;
  user?: string;
  password?: string;
  headers?: Readonly<Record<string, string>>;
}

/** A telephone: a process of its own that speaks SIP, RTP in G.711 and RFC 4733. One call at a time. */
export interface Phone {
  readonly number: string;
  /** `127.0.0.1:port`, where it can be called. */
  readonly address: string;
  readonly events: readonly PhoneEvent[];
  /** What it heard; times are `performance.now()`. */
  readonly heard: Recording;
  readonly until: Watch['until'];
  /** Places a call, and returns at once. */
  call(call: Call): void;
  /** The first event of this name after a moment, or to come. */
  happened(event: string, options?: { afterMs?: number; timeoutMs?: number }): Promise<PhoneEvent>;
  /** Speaks in real time; resolves when all was sent. */
  say(sound: Sound): Promise<{ startedAtMs: number; endedAtMs: number }>;
  digits(digits: string): void;
  /** Sends no packet at all, as an exchange that holds a call; or sends again. */
  mute(on: boolean): void;
  /** How calls that come in are treated: by default answered at once; or after some rings; or left to ring; or refused with a code. */
  incoming(as: 'answer' | 'ring' | { ringMs: number } | { code: number; reason?: string }): void;
  /** How a REFER is treated: refused with a code, by default 406, or carried out, `to` this URI whatever number it names. */
  refer(as: 'follow' | { to: string } | { code: number }): void;
  hangUp(): void;
  waitForSpeech(options: { afterMs: number; timeoutMs: number }): Promise<number>;
  waitForSilence(options: { afterMs: number; timeoutMs: number; quietMs?: number }): Promise<number>;
  describe(): string;
  close(): Promise<void>;
}

export async function openPhone({
  number = '+60123456789',
  codec = 'pcmu',
}: PhoneOptions = {}): Promise<Phone> {
  const [command, port] = [await toolPath('sip-phone'), await freeUdpPort()];
  const child = spawn(command, ['-name', number, '-port', String(port), '-codec', codec], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // By itself each wakes both processors for what one does at once.
    env: { GOMAXPROCS: '1' },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const events: PhoneEvent[] = [];
  const errors: string[] = [];
  const heard = createRecording(TELEPHONE_RATE);
  const hear = recordInto(heard);
  const describe = () => describePhone(number, events, errors);
  const watch = createWatch(describe);
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { audio, ...event } = JSON.parse(line);
    const atMs = performance.now();
    if (event.event === 'heard') hear(samplesOf(Buffer.from(audio, 'base64')), atMs);
    else events.push({ ...event, atMs });
    watch.changed();
  });
  const tell = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`);
  const happened: Phone['happened'] = (name, { afterMs = 0, timeoutMs = 20_000 } = {}) =>
    watch.until(
      `«${name}» at the phone`,
      () => events.find(({ event, atMs }) => event === name && atMs >= afterMs),
      timeoutMs,
    );
  await happened('ready');
  return {
    ...{ number, address: `127.0.0.1:${port}`, events, heard, until: watch.until, happened, describe },
    call: (call) => tell({ do: 'call', ...call }),
    async say({ samples, sampleRate }) {
      const startedAtMs = performance.now();
      const telephone = resample(samples, sampleRate, TELEPHONE_RATE);
      const bytes = Buffer.from(telephone.buffer, telephone.byteOffset, telephone.byteLength);
      tell({ do: 'say', audio: bytes.toString('base64') });
      const timeoutMs = (telephone.length / TELEPHONE_RATE) * 1000 + 10_000;
      const { atMs } = await happened('said', { afterMs: startedAtMs, timeoutMs });
      return { startedAtMs, endedAtMs: atMs };
    },
    digits: (digits) => tell({ do: 'digits', digits }),
    mute: (on) => tell({ do: 'mute', on }),
    incoming: (as) =>
      tell(
        typeof as === 'string'
          ? { do: 'incoming', as }
          : 'ringMs' in as
            ? { do: 'incoming', as: 'answer', ...as }
            : { do: 'incoming', code: as.code, as: as.reason ?? 'Refused' },
      ),
    refer: (as) => tell(as === 'follow' ? { do: 'refer' } : { do: 'refer', ...as }),
    hangUp: () => tell({ do: 'hangup' }),
    waitForSpeech: ({ afterMs, timeoutMs }) =>
      watch.until('the caller to hear speech', () => heard.speechAfter(afterMs), timeoutMs),
    waitForSilence: ({ afterMs, timeoutMs, quietMs = QUIET_MS }) =>
      watch.until('the caller to hear silence', () => quietSince(heard, afterMs, quietMs), timeoutMs),
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 4000);
      await ended;
      clearTimeout(timer);
    },
  };
}

const samplesOf = (bytes: Buffer) =>
  new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));

function describePhone(number: string, events: readonly PhoneEvent[], errors: readonly string[]): string {
  const lines = events.map(
    ({ atMs, ...event }) => `  ${Math.round(atMs)} ms ${JSON.stringify(event).slice(0, 300)}`,
  );
  return [`phone ${number}:`, ...lines, ...errors.slice(-10).map((line) => `  ${line}`)].join('\n');
}
