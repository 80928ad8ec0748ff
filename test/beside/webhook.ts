import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { processSources } from '../../src/config/load.ts';
import { messageOf } from '../../src/errors.ts';
import { runBeside } from './beside.ts';

const PORT = 9000;

/**
 * `npx tsx test/beside/webhook.ts [command …]`: a receiver that prints each message whose signature the scheme's own library
 * verifies, and what sends to it; records go to `records/`.
 */
await runBeside(async () => {
  const secret = processSources().env.WEBHOOK_SECRET ?? `whsec_${randomBytes(32).toString('base64')}`;
  const webhook = new Webhook(secret);
  const server = createServer(async (request, response) => {
    try {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      const message = webhook.verify(body, request.headers as Record<string, string>);
      process.stdout.write(`verified ${request.headers['webhook-id']} ${JSON.stringify(message)}\n`);
      response.writeHead(204).end();
    } catch (error) {
      process.stdout.write(`refused: ${messageOf(error)}\n`);
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(PORT, '127.0.0.1', resolve);
  });
  return {
    env: {
      ...{ WEBHOOK_URL: `http://127.0.0.1:${PORT}/`, WEBHOOK_SECRET: secret },
      RECORDS_DIR: `${process.cwd()}/records`,
    },
    hint: `Messages to http://127.0.0.1:${PORT}/ are verified and printed here.`,
    stop: async () => void server.close(),
  };
});
