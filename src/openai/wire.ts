import type { JsonObject } from './extra-body.ts';
import type { Dialect, ServerEvent } from './realtime-dialect.ts';

/** A server that is asked in another protocol than OpenAI's. */
export interface WireServer {
  /** With the version, such as `http://gpu-host:8080/v1`. */
  baseUrl: string;
  model: string;
  /** More parameters of the request, over ours. */
  extraBody?: JsonObject | undefined;
}

export interface Post {
  url: string;
  contentType: string;
  body: Uint8Array;
}

/** How requests are made to servers of one such protocol, and what their answers say. The rest is as with OpenAI's. */
export interface Wire {
  authorization(apiKey: string): Readonly<Record<string, string>>;
  /** @param wav - a whole file. */
  transcription(server: WireServer, ask: { wav: Uint8Array; language?: string | undefined }): Post;
  /** What was heard; `undefined` for JSON that holds no transcript. */
  transcript(json: JsonObject): { text: string; language?: string } | undefined;
  /** Where sound is transcribed while it is spoken, over a WebSocket. */
  socketUrl(server: WireServer, language: string | undefined): string;
  /** For one connection, which is ready when it stands. @param tell - of what no message says. */
  dialect(tell: (event: ServerEvent) => void): Dialect;
  speech(
    server: WireServer,
    ask: { text: string; speed?: number | undefined; format?: 'pcm' | 'wav' | undefined },
  ): Post;
}
