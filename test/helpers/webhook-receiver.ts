import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { messageOf } from '../../src/errors.ts';

/** One message whose signature holds. */
export interface Message {
  /** Stays the same when it is sent again. */
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ReceiverOptions {
  /** `whsec_…`, as in `WEBHOOK_SECRET`. */
  secret: string;
  /** On loopback; 0 takes a free one. */
  port?: number;
  onMessage?(message: Message): void;
  /** Hears why a request was answered with 400. */
  onRefused?(reason: string): void;
}

export interface Receiver {
  readonly port: number;
  readonly messages: readonly Message[];
  stop(): Promise<void>;
}

/** Takes what the library of standardwebhooks.com finds well signed, and refuses all else. */
export async function receiveWebhooks(options: ReceiverOptions): Promise<Receiver> {
  const { secret, port = 0, onMessage, onRefused } = options;
  const webhook = new Webhook(secret);
  const messages: Message[] = [];
  const server = createServer(async (request, response) => {
    try {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const headers = request.headers as Record<string, string>;
      const verified = webhook.verify(body, headers) as Omit<Message, 'id'>;
      const message = { id: headers['webhook-id'] ?? '', ...verified };
      messages.push(message);
      onMessage?.(message);
      response.writeHead(204).end();
    } catch (error) {
      onRefused?.(messageOf(error));
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
