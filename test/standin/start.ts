import { onTestFinished } from 'vitest';
import { type StandIn, type StandInOptions, startStandIn } from '../../src/standin/server.ts';
import { virtualClock } from './virtual-clock.ts';

/** Stand-ins that need no program and no time, closed after the test. */
export async function startBuiltIn(options: StandInOptions = {}): Promise<StandIn> {
  const standIn = await startStandIn({
    programs: { espeak: [], pocketsphinx: [], flite: false },
    clock: virtualClock(),
    ...options,
  });
  onTestFinished(() => standIn.close());
  return standIn;
}

export function postJson(url: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body), ...(signal && { signal }) });
}

export function chat(
  standIn: StandIn,
  content: string,
  rest: object = {},
  signal?: AbortSignal,
): Promise<Response> {
  const messages = [{ role: 'user', content }];
  return postJson(`${standIn.baseUrl}/chat/completions`, { model: 'any', messages, ...rest }, signal);
}

export function say(
  standIn: StandIn,
  input: string,
  rest: object = {},
  signal?: AbortSignal,
): Promise<Response> {
  return postJson(
    `${standIn.baseUrl}/audio/speech`,
    { model: 'any', voice: 'alloy', response_format: 'pcm', input, ...rest },
    signal,
  );
}

export function transcribe(
  standIn: StandIn,
  wav: Uint8Array,
  fields: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(wav)]), 'audio.wav');
  for (const [name, value] of Object.entries({ model: 'any', ...fields })) body.append(name, value);
  return fetch(`${standIn.baseUrl}/audio/transcriptions`, {
    method: 'POST',
    body,
    ...(signal && { signal }),
  });
}
