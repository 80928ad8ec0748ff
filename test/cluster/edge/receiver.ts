import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { MODELS } from './edge.ts';

/** Beside the models. */
const PORT = 9000;
export const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of the tests of a cluster').toString('base64')}`;

/** Who is told of calls, outside the pod network. */
export interface Receiver {
  readonly url: string;
  /** Messages that the scheme's own library found well signed, oldest first. */
  readonly verified: readonly { type: string }[];
  /** How many were not. */
  readonly refused: number;
  close(): Promise<void>;
}

/** On the machine of the models: the edge has given this node their address. */
export async function startReceiver(): Promise<Receiver> {
  const webhook = new Webhook(WEBHOOK_SECRET);
  const verified: { type: string }[] = [];
  let refused = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    try {
      verified.push(webhook.verify(body, request.headers as Record<string, string>) as { type: string });
      response.writeHead(204).end();
    } catch {
      refused += 1;
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(PORT, MODELS.host, resolve));
  return {
    url: `http://${MODELS.host}:${PORT}/hook`,
    verified,
    get refused() {
      return refused;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
