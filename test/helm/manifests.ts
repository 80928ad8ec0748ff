import { spawnSync } from 'node:child_process';
import { toolPath } from '../tools.ts';

/** `npm run -s manifests -- <options of helm template>`: the chart as plain YAML on stdout, for kubectl. */
const helm = await toolPath('helm', { onProgress: (text) => process.stderr.write(`${text}\n`) });
const chart = `${import.meta.dirname}/../../helm`;
const options = process.argv.slice(2);
if (!options.some((option) => option.includes('existingSecret'))) {
  process.stderr.write(
    'Secrets without a value are made anew at each rendering: apply them once, or give your own.\n',
  );
}
const { status } = spawnSync(helm, ['template', 'voice-agent', chart, '--no-hooks', ...options], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
