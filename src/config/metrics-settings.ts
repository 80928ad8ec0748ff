import { z } from 'zod';
import { fromJson } from './json-setting.ts';
import { setting } from './setting.ts';

const EXAMPLE = '{"currency": "MYR", "inputMTok": 0.6, "outputMTok": 2.4, "callMinute": 0.05}';
const price = z.number({ error: 'a number from 0' }).min(0, 'a number from 0').optional();

const prices = z
  .union([z.string(), z.record(z.string(), z.unknown())], { error: `a JSON object such as ${EXAMPLE}` })
  .transform(fromJson)
  .pipe(
    z.strictObject({
      currency: z
        .string({ error: 'currency: three letters such as MYR' })
        .regex(/^[A-Z]{3}$/, 'three capital letters such as MYR'),
      inputMTok: price,
      cachedMTok: price,
      outputMTok: price,
      callerMinute: price,
      agentMinute: price,
      callMinute: price,
    }),
  )
  .optional();

/** What metrics say beyond what was counted: the `metrics` group of the schema. */
export const metrics = {
  prices: setting(
    'PRICES',
    prices,
    `What calls cost, for \`voice_agent_cost_total\`, a JSON object such as \`${EXAMPLE}\`; of a million tokens \`inputMTok\`, \`cachedMTok\`, \`outputMTok\`, of a minute \`callerMinute\` (speech to the STT), \`agentMinute\` (speech of the TTS), \`callMinute\`. Not set: units alone are counted`,
    { isJson: true },
  ),
} as const;
