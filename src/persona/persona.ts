import type { PersonaActions } from './action-matter.ts';
import type { Keypad } from './keypad-matter.ts';

/** What one prompt file asks for. `renderPersona` fills its `{{variables}}` for a call. */
export interface Persona {
  /** Base name of the file: `prompts/phone.md` is `phone`. */
  name: string;
  /** One line for people, shown in the page's picker. */
  description: string;
  /** BCP-47, such as `en` or `ms`; absent lets the STT detect it. */
  language?: string;
  voice?: string;
  /** Absent: the caller speaks first. */
  greeting?: { text: string } | { instruction: string };
  temperature?: number;
  maxTokens?: number;
  /** Fields of each stage's requests beyond ours, over those of the settings. */
  extraBody?: Partial<Record<'stt' | 'llm' | 'tts', Record<string, unknown> | undefined>>;
  allowInterruptions: boolean;
  /** Spoken before the agent hangs up. */
  goodbye: string;
  /** Spoken after a long silence. */
  stillThere: string;
  /** Said once, in place of that, to a caller whose microphone is muted or not there. */
  unheard: string;
  /** Spoken when no answer could be made. */
  apology: string;
  /** Spoken while an answer takes long, never the same twice in a row; none where it is empty. */
  fillers: readonly string[];
  /** Spoken first where a call goes on that was cut off. */
  resumed: string;
  /** Spoken first to a caller who was on hold. */
  here: string;
  /** Spoken before the call is put through to somebody, unless that target has words of its own. */
  transferring: string;
  /** Spoken when that did not work. */
  transferFailed: string;
  /** Spoken to a caller while a colleague, who has answered, is told what it is about. */
  transferWaiting: string;
  /** Spoken to that colleague after the summary: that they take the call by staying on the line. */
  transferAccept: string;
  /** The same where they take it by staying on the line. */
  transferStay: string;
  /** What the agent may do beside talking; absent: nothing. */
  actions?: PersonaActions;
  /** What keys of the telephone do, and questions that are answered with them. */
  keypad?: Keypad;
  /** What follows on the apology; `transfer`: to the first target of the file. */
  onFailure: 'continue' | 'goodbye' | 'transfer';
  /** Whether the sound is kept: `on` says so first, `ask` keeps nothing before the caller says yes. Absent: the setting's. */
  recording?: 'off' | 'on' | 'ask';
  /** Spoken then, in place of the stock line. */
  recordingNotice?: string;
  /** Spoken when an operator begins to listen to the call. Absent: the caller is not told. */
  listeningNotice?: string;
  /** Template source, its parts already in place. */
  instructions: string;
  /** Values of the template's variables where a call brings none. */
  variables: Record<string, string>;
  /** First 12 hex digits of the SHA-256 of the file with its parts in place. */
  hash: string;
  /** Path as read, such as `prompts/phone.md`. */
  file: string;
}

/** What this folder logs with; the program's `Log` fits. */
export interface PersonaLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
