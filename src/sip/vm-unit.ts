export const VM_CONFIG_PATH = '/etc/livekit-sip/config.yaml';

/**
 * The systemd unit of livekit-sip on a machine of its own (systemd 247 or newer). Root alone reads the configuration, which holds
 * the API secret and Redis's password; the service gets a copy that nobody else sees. SIGTERM takes no call away: it waits for
 * all of them, for as long as the longest may be.
 */
export function vmUnit(longestCallMs: number): string {
  const seconds = Math.ceil(longestCallMs / 1000) + 60;
  return `[Unit]
Description=LiveKit SIP service
Wants=network-online.target
After=network-online.target

[Service]
LoadCredential=config.yaml:${VM_CONFIG_PATH}
ExecStart=/usr/local/bin/livekit-sip --config=\${CREDENTIALS_DIRECTORY}/config.yaml
DynamicUser=yes
Restart=always
RestartSec=2
TimeoutStopSec=${seconds}
LimitNOFILE=65536
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK

[Install]
WantedBy=multi-user.target
`;
}
