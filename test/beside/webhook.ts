import { randomBytes } from 'node:crypto';
import { processSources } from '../../src/config/load.ts';
import { receiveWebhooks } from '../helpers/webhook-receiver.ts';
import { runBeside } from './beside.ts';

const PORT = 9000;

/**
 * `npx tsx test/beside/webhook.ts [command …]`: a receiver that prints each message whose signature the scheme's own library
 * verifies, and what sends to it; records go to `records/`.
 */
await runBeside(async () => {
  const secret = processSources().env.WEBHOOK_SECRET ?? `whsec_${randomBytes(32).toString('base64')}`;
  const receiver = await receiveWebhooks({
    ...{ secret, port: PORT },
    onMessage: ({ id, ...message }) => process.stdout.write(`verified ${id} ${JSON.stringify(message)}\n`),
    onRefused: (reason) => process.stdout.write(`refused: ${reason}\n`),
  });
  return {
    env: {
      ...{ WEBHOOK_URL: `http://127.0.0.1:${PORT}/`, WEBHOOK_SECRET: secret },
      RECORDS_DIR: `${process.cwd()}/records`,
    },
    hint: `Messages to http://127.0.0.1:${PORT}/ are verified and printed here.`,
    stop: () => receiver.stop(),
  };
});
