import { createHash } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken } from 'livekit-server-sdk';
import type { LiveKit } from '../dev/livekit.ts';
import { joinAsCaller } from '../probe/guest.ts';
import { soundOf, type Utterance } from './corpus.ts';
import type { LightCallers } from './light-callers.ts';

const RECORDED_WITHIN_MS = 30_000;
/** The recorder has the track by then. */
const SUBSCRIBED_MS = 1500;

/**
 * Sentences as Ogg Opus, made once and kept: a participant speaks them in a room and the light callers' process keeps
 * the packets, so they are encoded as a caller's client encodes.
 *
 * @returns a file for each, in order. @throws AppError when one is not recorded in time.
 */
export async function prepareSpeech(
  utterances: readonly Utterance[],
  { livekit, light, cacheDir }: { livekit: LiveKit; light: LightCallers; cacheDir: string },
): Promise<string[]> {
  await mkdir(cacheDir, { recursive: true });
  const files: string[] = [];
  for (const utterance of utterances) {
    const key = createHash('sha256').update(utterance.wav).digest('hex').slice(0, 16);
    const file = join(cacheDir, `${key}.ogg`);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (!isThere) await record(utterance, file, { livekit, light });
    files.push(file);
  }
  return files;
}

async function record(
  utterance: Utterance,
  file: string,
  { livekit, light }: { livekit: LiveKit; light: LightCallers },
): Promise<void> {
  const room = `bench-record-${process.pid}-${utterance.id}`;
  const tokenFor = async (identity: string) => {
    const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity });
    token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: true });
    return token.toJwt();
  };
  const happened = (event: string) => () =>
    light.events.some((one) => one.call === room && one.event === event);
  light.tell({ do: 'record', call: room, url: livekit.url, token: await tokenFor('recorder'), file });
  await light.until('the recorder to join', happened('joined'), RECORDED_WITHIN_MS);
  const speaker = await joinAsCaller({ url: livekit.url, token: await tokenFor('speaker') });
  try {
    await sleep(SUBSCRIBED_MS);
    await speaker.speak(await soundOf(utterance));
    await light.until('a sentence to be recorded', happened('recorded'), RECORDED_WITHIN_MS);
  } finally {
    await speaker.leave();
  }
}
