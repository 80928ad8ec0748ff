/**
 * @import { Participant, RemoteParticipant, Room } from 'livekit-client'
 *
 * @typedef {'caller' | 'agent' | 'other'} Speaker
 * @typedef {{segment: string, speaker: Speaker, name: string, text: string, final: boolean}} Words
 */

export const TRANSCRIPTION = 'lk.transcription';

/**
 * The agent that was dispatched to this call: of kind agent, which tokens alone can say, and of that name, which
 * livekit-server writes to `lk.agent_name`, agents-js to `lk.agent.name`, older servers to neither. It stays the agent
 * while it is there; another of its name may follow it.
 *
 * @param {Iterable<RemoteParticipant>} participants
 * @param {string} agentName empty for any
 * @param {string | undefined} known identity of the agent so far
 * @returns {RemoteParticipant | undefined}
 */
export function dispatchedAgent(participants, agentName, known) {
  const agents = [...participants].filter(({ isAgent, attributes }) => {
    const name = attributes['lk.agent.name'] ?? attributes['lk.agent_name'];
    return isAgent && (agentName === '' || name === undefined || name === agentName);
  });
  return agents.find(({ identity }) => identity === known) ?? agents[0];
}

/**
 * What both sides say, as the agent publishes it; only the agent's streams may come here (`stream-door.js`). A caller's
 * segment comes as several streams that replace each other; the agent's comes as one stream that grows, and is final
 * when it ends.
 *
 * @param {Room} room
 * @param {() => Participant | undefined} agent of this moment
 * @param {(words: Words) => void} onWords
 */
export function onTranscription(room, agent, onWords) {
  room.registerTextStreamHandler(TRANSCRIPTION, async (reader, { identity }) => {
    const { attributes = {}, id } = reader.info;
    const segment = attributes['lk.segment_id'] ?? id;
    const who = speakerOf(room, agent(), identity);
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
 * @param {Room} room
 * @param {Participant | undefined} agent
 * @param {string} identity
 * @returns {{speaker: Speaker, name: string}}
 */
function speakerOf(room, agent, identity) {
  if (identity === room.localParticipant.identity) return { speaker: 'caller', name: 'You' };
  if (identity === agent?.identity) return { speaker: 'agent', name: 'Agent' };
  return { speaker: 'other', name: room.remoteParticipants.get(identity)?.name || identity };
}
