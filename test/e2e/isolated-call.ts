/**
 * Run by lookups.e2e.ts in a network of its own: one call against a worker with the settings given as JSON. LiveKit
 * and the models are known by names that only our name server answers.
 */
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startLiveKit } from '../../src/dev/livekit.ts';
import { OPENING } from '../../src/openai/chat-messages.ts';
import { joinAsCaller } from '../../src/probe/guest.ts';
import { readWav } from '../../src/probe/wav.ts';
import { startStandIn } from '../../src/standin/server.ts';
import { mintToken } from '../../src/web/mint.ts';
import { recordLookups } from '../helpers/dns-recorder.ts';
import { destinations } from './netns.ts';
import { runProgram } from './worker.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const named = (url: string, host: string) => url.replace('127.0.0.1', host);
const livekitHost = 'livekit.test';
const modelsHost = 'models.test';
const agentName = 'isolated-agent';

const dns = await recordLookups((name) =>
  [livekitHost, modelsHost].includes(name) ? ['127.0.0.1'] : undefined,
);
const apiSecret = 'a-secret-of-more-than-32-characters';
const [livekit, standIn] = await Promise.all([startLiveKit({ apiSecret }), startStandIn()]);
standIn.answerTranscription(() => 'Is my data plan still active?');
const url = named(livekit.url, livekitHost);

const worker = runProgram(
  'start',
  {
    LIVEKIT_URL: url,
    LIVEKIT_API_KEY: livekit.apiKey,
    LIVEKIT_API_SECRET: apiSecret,
    OPENAI_BASE_URL: named(standIn.baseUrl, modelsHost),
    OPENAI_API_KEY: 'stand-in',
    AGENT_NAME: agentName,
    PROMPTS_DIR: path('../../prompts'),
    WEB_PORT: '0',
    HEALTH_PORT: '0',
    ...JSON.parse(process.argv[2] ?? '{}'),
  },
  tmpdir(),
);
try {
  await worker.logged('worker registered');
  const token = await mintToken({ livekit, agentName, room: 'isolated', identity: 'caller', ttlMs: 600_000 });
  const caller = await joinAsCaller({ url, token });
  const greetedMs = await caller.waitForSpeech({ afterMs: 0, timeoutMs: 20_000 });
  await caller.waitForSilence({ afterMs: greetedMs, timeoutMs: 20_000 });
  const { lastVoicedAtMs } = await caller.speak(await readWav(path('../fixtures/speech-16k.wav')));
  await caller.waitForSpeech({ afterMs: lastVoicedAtMs, timeoutMs: 20_000 });
  await caller.leave();
  const lastWords = standIn.requests('llm').map(({ details }) => details?.messages.at(-1)?.content ?? '');
  // What is primed ends with the opening.
  const asked = lastWords.filter((words) => words !== OPENING);
  process.stdout.write(`\n${JSON.stringify({ asked, names: dns.names(), destinations: destinations() })}`);
} catch (error) {
  process.stderr.write(`${error}\n${worker.describe()}\n`);
  process.exitCode = 1;
}
await worker.stop();
process.exit();
