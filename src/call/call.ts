import type { VAD } from '@livekit/agents';
import { modelNames } from '../config/models.ts';
import type { Config } from '../config/schema.ts';
import type { Report } from '../observe/facts.ts';
import type { Log } from '../observe/log.ts';
import { processPace } from '../openai/pace.ts';
import { choosePersona } from '../persona/choose.ts';
import { renderPersona } from '../persona/render.ts';
import type { Persona, PersonaStore } from '../persona/store.ts';
import { chatEndpoint } from '../stages/llm.ts';
import { OUTPUT_SAMPLE_RATE } from '../stages/speech-frames.ts';
import { EchoPath } from '../stages/turn/echo/echo-path.ts';
import { type Caller, isAlreadyServed, waitForCaller } from './caller.ts';
import { CallerOutput, publishVoice } from './caller-output.ts';
import { sharedChatMemory } from './chat-memory.ts';
import { follow } from './conversation.ts';
import { createFloor } from './floor.ts';
import { greet } from './greeting.ts';
import type { CallHost } from './host.ts';
import { openLine } from './line.ts';
import { linkCaller } from './link.ts';
import { PhraseCache } from './phrase-cache.ts';
import { createPhrases, fixedPhrases } from './phrases.ts';
import { buildPipeline } from './pipeline.ts';
import { sharePace } from './shared-pace.ts';
import { startInRoom } from './start.ts';
import { warmEndpoints } from './warm.ts';

/** How long a room may stay without a caller before its agent leaves again. */
const CALLER_TIMEOUT_MS = 60_000;

export interface CallParts {
  host: CallHost;
  config: Config;
  personas: PersonaStore;
  vad: VAD;
  log: Log;
  report: Report;
  /** Where calls share the sound of fixed phrases, and what they learned of the endpoints. */
  phraseDir: string;
}

export interface RunningCall {
  /** Resolves once, with the reason, when the call is over and its slot can be freed. */
  readonly ended: Promise<string>;
}

/** One call, top to bottom. Returns when the agent has begun to talk; the caller hears it once the line is open. */
export async function startCall({
  host,
  config,
  personas,
  vad,
  log,
  report,
  phraseDir,
}: CallParts): Promise<RunningCall> {
  const { room } = host;
  const [memory, keepPace] = await Promise.all([
    sharedChatMemory(phraseDir, config.llm, log),
    sharePace(phraseDir, processPace),
    host.connect(),
    personas.load(),
  ]);
  if (isAlreadyServed(room, config.agent.name)) return notStarted('another agent serves this room', log);

  const echo = new EchoPath(OUTPUT_SAMPLE_RATE);
  // Publishing takes a round trip or two.
  const [caller, voice] = await Promise.all([waitForCaller(room, CALLER_TIMEOUT_MS), publishVoice(room)]);
  if (!caller) {
    await voice.source.close();
    return notStarted('nobody came', log);
  }
  const link = linkCaller(room, caller);
  const line = openLine({ room, link, subscribed: voice.subscribed });
  const output = new CallerOutput(voice.source, line.opened, echo);

  const { persona, fixed } = personaFor(caller, { host, config, personas, log });
  const callLog = log.child({ prompt: persona.name, promptHash: persona.hash, pii_caller: caller.identity });
  room.localParticipant
    ?.setAttributes(facts(persona, config))
    .catch((error) => callLog.warn({ error }, 'facts about this agent were not published'));

  const conversation = follow({ host, config, persona, link, line, log: callLog, report });
  const over = new AbortController();
  const floor = createFloor({ output, deafMs: config.turn.aecWarmupMs, now: Date.now });
  const chat = chatEndpoint(config.llm, persona, memory);
  const session = buildPipeline({ config, persona, vad, floor, echo, chat, hooks: conversation.hooks });
  floor.attach(session);
  const phrases = createPhrases(session, phraseCacheFor(config, persona, fixed, phraseDir));
  const ended = conversation.attach(session, output, phrases).finally(() => {
    over.abort();
    return Promise.all([keepPace(), output.close()]);
  });
  await startInRoom(session, {
    ...{ room, caller, output, instructions: persona.instructions },
    onText: (text) => echo.says(text),
  });
  callLog.info({ via: caller.via }, 'call started');
  greet(session, phrases, persona);
  warmEndpoints({
    config,
    persona,
    chat,
    signal: over.signal,
    onError: ({ endpoint, url, failure, status, hint }) =>
      callLog.warn({ endpoint, url, failure, status, hint }, 'endpoint is not ready'),
  });
  phrases.keep(fixed, over.signal).catch((error) => callLog.debug({ error }, 'phrases not kept'));
  return { ended };
}

function notStarted(reason: string, log: Log): RunningCall {
  log.info({ reason }, 'call not started');
  return { ended: Promise.resolve(reason) };
}

/** The prompt of this call, filled with what the dispatch and the caller's attributes say. */
function personaFor(
  caller: Caller,
  { host, config, personas, log }: Omit<CallParts, 'vad' | 'report' | 'phraseDir'>,
): { persona: Persona; fixed: string[] } {
  const {
    persona: template,
    variables,
    reason,
  } = choosePersona(personas, {
    dispatchMetadata: host.dispatchMetadata,
    roomMetadata: host.room.metadata ?? '',
    fallback: config.agent.prompt,
    log,
  });
  log.info({ prompt: template.name, reason }, 'prompt chosen');
  const persona = renderPersona(template, { name: caller.name, ...caller.attributes, ...variables });
  return { persona, fixed: fixedPhrases(renderPersona(template, {}), persona) };
}

function phraseCacheFor(
  { tts }: Config,
  { voice, extraBody }: Persona,
  phrases: readonly string[],
  folder: string,
): PhraseCache | undefined {
  if (!tts.cache) return undefined;
  const { provider, baseUrl, model, format, speed } = tts;
  return new PhraseCache({
    folder,
    phrases,
    voice: [provider, baseUrl, model, voice ?? tts.voice, format, speed, tts.extraBody, extraBody?.tts],
  });
}

/** What the page shows about this agent; published as participant attributes. */
function facts(persona: Persona, config: Config): Record<string, string> {
  const models = modelNames(config);
  return {
    'voice-agent.prompt': persona.name,
    'voice-agent.prompt.hash': persona.hash,
    'voice-agent.models': JSON.stringify({
      stt: models.stt,
      llm: models.llm,
      // A Deepgram model is its voice.
      tts:
        config.tts.provider === 'deepgram'
          ? models.tts
          : `${models.tts} · ${persona.voice ?? config.tts.voice}`,
    }),
  };
}
