import { judgeLiveKit } from '../files/livekit-rules.ts';
import type { Rule } from '../objects/world.ts';

/** The configuration that each kind of LiveKit's pods has, as a file would be judged. */
export const judgeConfigs: Rule = (world, say) => {
  for (const { config, container } of world.liveKits) {
    if (!config) continue;
    const isStrict = !container.words.includes('--disable-strict-config');
    for (const { key, line, ...remark } of judgeLiveKit(config.text, { isStrict })) {
      // They may come from the environment, which is a Secret's: not read here.
      if (key === 'keys' && (container.env.has('LIVEKIT_KEYS') || container.env.has('LIVEKIT_KEY_FILE')))
        continue;
      say({
        rule: 'livekit-config',
        ...remark,
        object: config.object,
        path: [...config.path, `${key} (line ${line})`],
      });
    }
  }
};
