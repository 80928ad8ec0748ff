import { AccessToken } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import type { Guest } from '../../src/probe/guest.ts';
import { SAME_SPEECH, similarity } from '../../src/probe/likeness.ts';
import { type Stack, useStack } from './stack.ts';
import { utterance } from './utterance.ts';

const SENTENCES = [
  'Your bill is forty two ringgit and it is due on Friday.',
  'I can hear you. Please tell me what you would like to change in your plan.',
  'Selamat pagi, ada apa yang boleh saya bantu hari ini?',
];

const stack = useStack({ worker: false });

/** Joins as an agent would, so that the caller records it. */
async function joinAsAgent({ livekit, callers }: Stack, room: string): Promise<Guest> {
  const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity: 'agent' });
  token.kind = 'agent';
  token.addGrant({ roomJoin: true, room });
  return callers.joinWith(await token.toJwt());
}

test('what is said on one side is heard on the other: these words, at this time', async () => {
  const sounds = await Promise.all(SENTENCES.map((text) => utterance(text, 'en-us+f2')));
  const caller = await stack().callers.join({ room: 'probe', agentName: 'nobody' });
  const agent = await joinAsAgent(stack(), 'probe');
  await caller.until('silence of the agent', () => caller.heard.endMs, 10_000);
  for (const [spoken, sound] of sounds.entries()) {
    const { startedAtMs, lastVoicedAtMs, endedAtMs } = await agent.speak(sound);
    const endMs = await caller.waitForSilence({ afterMs: startedAtMs, timeoutMs: 10_000, quietMs: 500 });
    const startMs = caller.heard.speechAfter(startedAtMs) ?? 0;
    expect(startMs - startedAtMs, 'delay of the first sound').toBeLessThan(700);
    expect(endMs - lastVoicedAtMs, 'delay of the last sound').toBeLessThan(700);
    expect(endMs).toBeGreaterThan(lastVoicedAtMs - 100);

    const heard = caller.heard.between(startedAtMs - 300, endedAtMs + 800);
    const scores = sounds.map((other) => similarity(heard, other).score);
    expect(scores[spoken]).toBeGreaterThan(SAME_SPEECH);
    expect(Math.max(...scores.filter((_, other) => other !== spoken))).toBeLessThan(SAME_SPEECH - 0.2);
  }
});

test('the path of the media is known, and a room that closes is noticed', async () => {
  const caller = await stack().callers.join({ room: 'path', agentName: 'nobody' });
  const pair = await caller.icePair();
  expect(pair?.remote).toMatchObject({ type: 'host', protocol: 'udp', address: '127.0.0.1' });
  await caller.leave();
  expect(caller.left).toBeDefined();
});

test('a token that is refused is an error that names the server', async () => {
  const { livekit, callers } = stack();
  const forged = new AccessToken(livekit.apiKey, 'another secret of thirty-two letters', { identity: 'x' });
  forged.addGrant({ roomJoin: true, room: 'x' });
  await expect(callers.joinWith(await forged.toJwt())).rejects.toThrow(livekit.url);
});
