{{- /* Redis, for LiveKit and the SIP service: they have to have the same. */}}

{{- define "voice-agent.bundledRedisName" -}}
{{- include "voice-agent.fullname" . }}-redis
{{- end }}

{{- define "voice-agent.redisSecret" -}}
{{- with .Values.redis.password -}}
{{- if .existingSecret }}{{ .existingSecret }}{{ else if or .value $.Values.redis.bundled.enabled }}{{ include "voice-agent.livekitName" $ }}-redis{{ end -}}
{{- end -}}
{{- end }}

{{- /* Where it is, in any of its four ways, as JSON. */}}
{{- define "voice-agent.redisAddresses" -}}
{{- $redis := .Values.redis -}}
{{- $own := ternary (printf "%s:6379" (include "voice-agent.bundledRedisName" .)) "" $redis.bundled.enabled -}}
{{- toJson (concat (compact (list $own $redis.address)) ($redis.sentinel.addresses | default list) ($redis.clusterAddresses | default list)) -}}
{{- end }}

{{- /* In the words of LiveKit's configuration files, as JSON. */}}
{{- define "voice-agent.redisConfig" -}}
{{- with .Values.redis -}}
{{- $redis := dict "username" .username "db" .db -}}
{{- if .sentinel.addresses }}
{{- $_ := set $redis "sentinel_master_name" .sentinel.masterName }}
{{- $_ := set $redis "sentinel_addresses" .sentinel.addresses }}
{{- if .sentinel.passwordKey }}{{ $_ := set $redis "sentinel_password" "$(SENTINEL_PASSWORD)" }}{{ end }}
{{- else if .clusterAddresses }}
{{- $_ := set $redis "cluster_addresses" .clusterAddresses }}
{{- else }}
{{- $_ := set $redis "address" (include "voice-agent.redisAddresses" $ | fromJsonArray | first) }}
{{- end }}
{{- if .tls }}{{ $_ := set $redis "tls" (dict "enabled" true) }}{{ end }}
{{- if include "voice-agent.redisSecret" $ }}{{ $_ := set $redis "password" "$(REDIS_PASSWORD)" }}{{ end }}
{{- toJson $redis -}}
{{- end }}
{{- end }}

{{- /* Variables that it refers to. */}}
{{- define "voice-agent.redisEnv" -}}
{{- with include "voice-agent.redisSecret" . }}
- name: REDIS_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ . }}, key: {{ $.Values.redis.password.key }}}}
{{- with $.Values.redis.sentinel.passwordKey }}
- name: SENTINEL_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ include "voice-agent.redisSecret" $ }}, key: {{ . }}}}
{{- end }}
{{- end }}
{{- end }}

{{- /* Egress rule, or nothing. */}}
{{- define "voice-agent.redisRule" -}}
{{- with include "voice-agent.redisAddresses" . | fromJsonArray }}
{{- $ports := list }}
{{- range . }}{{ $ports = append $ports (include "voice-agent.urlPort" (printf "redis://%s" .)) }}{{ end -}}
- ports:
    {{- range $ports | uniq }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- if $.Values.redis.bundled.enabled }}
  to:
    {{- include "voice-agent.peer" (list $ "redis") | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
