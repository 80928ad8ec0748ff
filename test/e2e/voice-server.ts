import { createServer } from 'node:http';
import { encodeWav } from '../../src/openai/wav.ts';
import type { StandIn } from '../../src/standin/server.ts';

/** How a speech endpoint answers. */
export interface VoiceFormat {
  container: 'wav' | 'pcm';
  sampleRate: number;
}

/** A speech endpoint whose format the test chooses; what it says is the stand-in's voice. */
export interface VoiceServer {
  baseUrl: string;
  format: VoiceFormat;
  close(): Promise<void>;
}

/** Odd, so that samples are cut in the middle. */
const PIECE_BYTES = 3001;

export async function startVoiceServer(standIn: () => StandIn): Promise<VoiceServer> {
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk);
    if (request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    const { input } = JSON.parse(Buffer.concat(body).toString());
    const { container, sampleRate } = running.format;
    const samples = await standIn().speech(input, { sampleRate });
    const raw = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const bytes = container === 'wav' ? encodeWav(samples, sampleRate) : raw;
    const type = container === 'wav' ? 'audio/wav' : `audio/pcm;rate=${sampleRate}`;
    response.writeHead(200, { 'content-type': type });
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      response.write(bytes.subarray(at, at + PIECE_BYTES));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const running: VoiceServer = {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    format: { container: 'pcm', sampleRate: 24_000 },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return running;
}
