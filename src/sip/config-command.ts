import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { openPorts } from './open-ports.ts';
import { type ServiceFlags, serviceOptions } from './service-options.ts';
import { sipServiceYaml } from './service-yaml.ts';
import { VM_CONFIG_PATH, vmUnit } from './vm-unit.ts';

export interface ConfigCommandFlags extends ServiceFlags {
  /** Folder that the files of a machine are written to. */
  vm?: string;
}

/**
 * `voice-agent sip config`: livekit-sip's configuration on standard output, secrets in it. With `--vm` it is a file beside
 * the systemd unit, and what has to be open is told.
 *
 * @throws ConfigError with every fault of flags and settings.
 */
export async function runConfigCommand(
  config: Config,
  flags: ConfigCommandFlags,
  print: (text: string) => void = console.log,
): Promise<void> {
  const options = serviceOptions(config, flags);
  const yaml = sipServiceYaml(options.service);
  if (flags.vm === undefined) return print(yaml.trimEnd());
  const { vm } = flags;
  await mkdir(vm, { recursive: true });
  await writeFile(join(vm, 'config.yaml'), yaml, { mode: 0o600 });
  await writeFile(join(vm, 'livekit-sip.service'), vmUnit(config.agent.maxCallMs));
  const open = openPorts(options).map(
    ({ from, to, ports, what }) => `  ${ports}: from ${from} to ${to} (${what})`,
  );
  print(`Wrote ${vm}/config.yaml, with secrets in it, and ${vm}/livekit-sip.service. On the machine, as root:

  install -D -m 600 config.yaml ${VM_CONFIG_PATH}
  install -m 644 livekit-sip.service /etc/systemd/system/
  systemctl daemon-reload && systemctl enable --now livekit-sip
  curl -fsS http://127.0.0.1:${options.service.healthPort}/

What has to be open, and no more; answers come back by the same way:

${open.join('\n')}

LiveKit's media has to be reached at the pods' own addresses. Where it is not, LiveKit sends the sound through its relay.`);
}
