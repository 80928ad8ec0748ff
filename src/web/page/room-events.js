/**
 * @import { Room, RemoteParticipant } from 'livekit-client'
 *
 * @typedef {'caller' | 'agent' | 'other'} Speaker
 * @typedef {{segment: string, speaker: Speaker, name: string, text: string, final: boolean}} Words
 * @typedef {'endpointingMs' | 'totalMs' | 'pauseMs' | 'sttMs' | 'holdMs' | 'llmTtftMs' | 'clauseMs' | 'ttsTtfbMs'
 *   | 'readyMs'} Part
 * @typedef {{turn: number, parts: Partial<Record<Part, number>>}} Turn
 * @typedef {{type: 'turn'} & Turn | {type: 'error', endpoint: string, message: string, hint?: string}
 *   | {type: 'ending', reason: string}} AgentEvent
 */

const TRANSCRIPTION = 'lk.transcription';

/**
 * @param {Room} room
 * @returns {RemoteParticipant | undefined}
 */
export function agentIn(room) {
  return [...room.remoteParticipants.values()].find(({ isAgent }) => isAgent);
}

/**
 * What both sides say, as the agent publishes it. A caller's segment comes as several streams that replace each
 * other; the agent's comes as one stream that grows, and is final when it ends.
 *
 * @param {Room} room
 * @param {(words: Words) => void} onWords
 */
export function onTranscription(room, onWords) {
  room.registerTextStreamHandler(TRANSCRIPTION, async (reader, { identity }) => {
    const { attributes = {}, id } = reader.info;
    const segment = attributes['lk.segment_id'] ?? id;
    const who = speakerOf(room, identity);
    let text = '';
    try {
      for await (const chunk of reader) {
        text += chunk;
        onWords({ segment, ...who, text, final: false });
      }
    } catch {
      // The connection broke within the stream: what came is kept.
    }
    const final = attributes['lk.transcription_final'] === 'true' || who.speaker === 'agent';
    if (text.trim()) onWords({ segment, ...who, text, final });
  });
}

/**
 * Words can arrive before their speaker is known to be in the room; then it is the agent, who writes them all down.
 *
 * @param {Room} room
 * @param {string} identity
 * @returns {{speaker: Speaker, name: string}}
 */
function speakerOf(room, identity) {
  if (identity === room.localParticipant.identity) return { speaker: 'caller', name: 'You' };
  const participant = room.remoteParticipants.get(identity);
  if (!participant || participant.isAgent) return { speaker: 'agent', name: 'Agent' };
  return { speaker: 'other', name: participant.name || identity };
}

/**
 * What the agent tells about itself: time of each turn, faults, the end.
 *
 * @param {string} json
 * @returns {AgentEvent | undefined}
 */
export function parseAgentEvent(json) {
  try {
    const event = JSON.parse(json);
    return event !== null && typeof event === 'object' && typeof event.type === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}
