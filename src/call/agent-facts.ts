import type { Room } from '@livekit/rtc-node';
import { modelNames, voiceName } from '../config/models.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import type { Persona } from '../persona/store.ts';

/** Publishes, as participant attributes, what the page shows about this agent. */
export function publishFacts(room: Room, persona: Persona, config: Config, log: Log): void {
  room.localParticipant
    ?.setAttributes(factsOf(persona, config))
    .catch((error) => log.warn({ error }, 'facts about this agent were not published'));
}

function factsOf(persona: Persona, config: Config): Record<string, string> {
  const models = modelNames(config);
  return {
    'voice-agent.prompt': persona.name,
    'voice-agent.prompt.hash': persona.hash,
    'voice-agent.models': JSON.stringify({
      stt: models.stt,
      llm: models.llm,
      tts: voiceName(config, persona.voice),
    }),
  };
}
