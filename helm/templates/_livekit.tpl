{{- /*
LiveKit's configuration, as YAML, for the variable LIVEKIT_CONFIG: Kubernetes puts the secrets in place of `$(…)`, and
they stand in no object but their Secret. Each is a block of its own: there quotes and backslashes are letters like all
others, and a line break at its end is none of it. Strict: an unknown key ends the server.
*/}}
{{- define "voice-agent.livekitConfig" -}}
{{- $media := .Values.livekit.media -}}
{{- /* Both or neither: with the fallback on and the port off, a client that lost UDP is left with no candidate at all. */}}
{{- $rtc := dict
  "use_external_ip" false
  "ips" (dict "includes" $media.candidateNetworks)
  "tcp_port" (ternary 7881 0 $media.tcpFallback)
  "allow_tcp_fallback" $media.tcpFallback
-}}
{{- if $media.udpPort }}
{{- $_ := set $rtc "udp_port" $media.udpPort }}
{{- else }}
{{- $_ := set $rtc "port_range_start" $media.portRangeStart }}
{{- $_ := set $rtc "port_range_end" $media.portRangeEnd }}
{{- end }}
{{- with include "voice-agent.turnServers" . | fromJsonArray }}
{{- $_ := set $rtc "turn_servers" . }}
{{- else }}
{{- /* Nobody's: with neither TURN nor STUN configured, LiveKit sends every client to public STUN servers. */}}
{{- $_ := set $rtc "stun_servers" (list "127.0.0.1:3478") }}
{{- end }}
{{- $config := dict
  "port" 7880
  "prometheus" (dict "port" 6789)
  "rtc" $rtc
  "turn" (dict "enabled" false)
-}}
{{- if include "voice-agent.redisAddresses" . | fromJsonArray }}
{{- $_ := set $config "redis" (include "voice-agent.redisConfig" . | fromJson) }}
{{- end }}
{{- /* Requests among its nodes and services, in traces of their own; media is in none of them. OTLP over HTTP, whatever the name says. */}}
{{- with include "voice-agent.livekitTraceUrl" . }}
{{- if not $.Values.livekit.config.trace }}
{{- $_ := set $config "trace" (dict "jaeger_url" .) }}
{{- end }}
{{- end }}
{{- if (.Values.livekit.config.webhook | default dict).urls }}
{{- $_ := set $config "webhook" (dict "api_key" "$(LIVEKIT_API_KEY)") }}
{{- end }}
{{- include "voice-agent.secretBlocks" (toYaml (mergeOverwrite (deepCopy .Values.livekit.config) $config)) }}
keys:
  ? |-
    $(LIVEKIT_API_KEY)
  : |-
    $(LIVEKIT_API_SECRET)
{{- if ne .Values.livekit.keys.rotation "none" }}
  ? |-
    $(LIVEKIT_NEXT_API_KEY)
  : |-
    $(LIVEKIT_NEXT_API_SECRET)
{{- end }}
{{- end }}

{{- /* A configuration with each of its references to variables as a block of its own. */}}
{{- define "voice-agent.secretBlocks" -}}
{{- /* The indentation is deeper than any of the rest. */}}
{{- regexReplaceAll ": (\\$\\([A-Z_]+\\))" . ": |-\n                    $1" }}
{{- end }}

{{- /* The doors that LiveKit names to every participant, as JSON. */}}
{{- define "voice-agent.turnServers" -}}
{{- $turn := .Values.turn -}}
{{- $credentials := ternary
  (dict "secret_file" "/etc/livekit/turn/secret" "ttl" $turn.auth.ttlSeconds)
  (dict "username" "$(TURN_USERNAME)" "credential" "$(TURN_PASSWORD)")
  (eq $turn.auth.type "ephemeral")
-}}
{{- $servers := list -}}
{{- if ne $turn.provider "none" }}
{{- range $protocol := list "udp" "tcp" "tls" }}
{{- with get $turn (printf "%sPort" $protocol) }}
{{- $servers = append $servers (merge (dict "host" $turn.host "port" . "protocol" $protocol) $credentials) }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $servers -}}
{{- end }}

{{- /* UDP ports of LiveKit's media, as `port` and `endPort`. */}}
{{- define "voice-agent.mediaPorts" -}}
{{- $media := .Values.livekit.media -}}
port: {{ $media.udpPort | default $media.portRangeStart }}
endPort: {{ $media.udpPort | default $media.portRangeEnd }}
{{- end }}
