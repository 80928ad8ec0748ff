/**
 * The most that is taken of anything that comes from outside, in one place. What is more is refused, with a line in the
 * log; what a room sends is counted in `voice_agent_inputs_refused_total`, what a server sends is an `EndpointError`
 * (`invalid`). Names and attributes are bounded by livekit-server (256 bytes, 64 KB in all) and cut in
 * `persona/render.ts`.
 * Generous for honest use; tight enough that nobody fills the memory of a process that also serves others.
 */
export const BOUNDS = {
  /** UTF-8 bytes of one written message: four pages of text. */
  chatMessageBytes: 8192,
  /** Written messages: so many at once, then one a second. What comes within a second is asked as one turn. */
  chatBurst: 5,
  chatPerSecond: 1,
  /** Written messages that are still arriving; the oldest is given up for another. */
  chatStreams: 4,
  /** One command of a client (`voice-agent.command`): a few words of JSON. */
  commandBytes: 1024,
  commandBurst: 5,
  commandPerSecond: 1,
  /** Keys of the telephone: a machine types 10 a second. */
  keyBurst: 40,
  keysPerSecond: 10,
  /** UTF-8 bytes of the metadata of a dispatch, and of a room: a prompt's name and its variables. */
  metadataBytes: 65_536,
  /** Variables of it that are taken. */
  metadataVariables: 100,
  /** Bytes of one message of LiveKit's agent protocol: a job with its room and metadata. */
  agentMessageBytes: 1_048_576,
  /** Characters of one server-sent event, comments and fields included: an event holds a few words. */
  eventCharacters: 1_048_576,
  /** Characters of a transcript: so many in any case, and for each second of sound. People say 15 to 25 a second. */
  transcriptCharacters: 1000,
  transcriptCharactersPerSecond: 100,
  /** Bytes that wait to be sent to a transcriber's WebSocket: two minutes of sound as it is sent. */
  realtimeUnsentBytes: 8_388_608,
  /** Bytes of one message of that WebSocket. */
  realtimeMessageBytes: 1_048_576,
  /** Sound for one text: so many seconds in any case, and for each character. People say 15 characters a second. */
  speechSeconds: 30,
  speechSecondsPerCharacter: 1,
  /** Bytes of a speech answer for each of these seconds: 192 kHz in 32 bits, the widest that is read. */
  speechBytesPerSecond: 768_000,
  /** Sound that is read before its time: the server is not read on while so much waits to be played. */
  speechAheadMs: 30_000,
  /** Characters of one answer of the language model: over twenty minutes of speech. */
  answerCharacters: 20_000,
  /** Tools that one answer may call; more are passed over. */
  toolCalls: 8,
  /** Characters of the arguments of one such call, and of its name and id: a call with more is passed over. */
  toolArgumentsCharacters: 4000,
  toolNameCharacters: 100,
} as const;
