{{- /* Where our image finds its configuration, secrets and prompts: the same in worker, page and check. */}}

{{- /* The configuration file: the user's tree, and what only the chart can know. */}}
{{- define "voice-agent.config" -}}
{{- $own := dict
  "agent" (dict "healthHost" "0.0.0.0" "healthPort" 8081)
  "web" (dict "host" "0.0.0.0" "port" 8080)
  "livekit" dict
-}}
{{- if include "voice-agent.promptsConfigMap" . }}
{{- $_ := set $own.agent "promptsDir" "/etc/voice-agent/prompts" }}
{{- end }}
{{- if .Values.agent.records.enabled }}
{{- $_ := set $own "records" (dict "dir" "/tmp/records") }}
{{- end }}
{{- if .Values.livekit.enabled }}
{{- $_ := set $own.livekit "url" (include "voice-agent.livekitUrl" .) }}
{{- end }}
{{- if and .Values.route.enabled (not (.Values.agent.config.livekit).publicUrl) }}
{{- $_ := set $own.livekit "publicUrl" (printf "wss://%s" .Values.route.host) }}
{{- end }}
{{- toYaml (mergeOverwrite (deepCopy .Values.agent.config) $own) }}
{{- end }}

{{- define "voice-agent.promptsConfigMap" -}}
{{- if .Values.prompts.existingConfigMap }}{{ .Values.prompts.existingConfigMap }}
{{- else if .Values.prompts.files }}{{ include "voice-agent.fullname" . }}-prompts
{{- end }}
{{- end }}

{{- define "voice-agent.programEnv" -}}
- name: CONFIG_FILE
  value: /etc/voice-agent/config/config.yaml
{{- range list "LIVEKIT_API_KEY" "LIVEKIT_API_SECRET" }}
- name: {{ . }}_FILE
  value: /etc/voice-agent/secrets/{{ . }}
{{- end }}
{{- if .Values.caBundle.existingConfigMap }}
{{- /* Node adds the first to its list, LiveKit's native part reads only the second. */}}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/voice-agent/ca/{{ .Values.caBundle.key }}
- name: SSL_CERT_FILE
  value: /etc/voice-agent/ca/{{ .Values.caBundle.key }}
{{- end }}
{{- end }}

{{- /* The keys of the models: the page has no use for them. */}}
{{- define "voice-agent.modelEnv" -}}
{{- range keys .Values.agent.secrets | sortAlpha }}
- name: {{ . }}_FILE
  value: /etc/voice-agent/secrets/{{ . }}
{{- end }}
{{- end }}

{{- define "voice-agent.programMounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: config, mountPath: /etc/voice-agent/config, readOnly: true}
- {name: secrets, mountPath: /etc/voice-agent/secrets, readOnly: true}
{{- if include "voice-agent.promptsConfigMap" . }}
{{- /* A directory: a file mounted by subPath would never change. */}}
- {name: prompts, mountPath: /etc/voice-agent/prompts, readOnly: true}
{{- end }}
{{- if .Values.caBundle.existingConfigMap }}
- {name: ca, mountPath: /etc/voice-agent/ca, readOnly: true}
{{- end }}
{{- end }}

{{- define "voice-agent.programVolumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
- name: config
  configMap: {name: {{ include "voice-agent.fullname" . }}-config}
{{- with include "voice-agent.promptsConfigMap" . }}
- name: prompts
  configMap: {name: {{ . }}}
{{- end }}
{{- with .Values.caBundle }}{{ if .existingConfigMap }}
- name: ca
  configMap: {name: {{ .existingConfigMap }}, items: [{key: {{ .key }}, path: {{ .key }}}]}
{{- end }}{{ end }}
{{- end }}

{{- /* Secrets as files named like the variables they stand for. */}}
{{- define "voice-agent.secretSources" -}}
{{- $next := eq .Values.livekit.keys.rotation "use" -}}
- secret:
    name: {{ include "voice-agent.livekitKeysSecret" . }}
    items:
      - {key: {{ ternary "nextApiKey" "apiKey" $next }}, path: LIVEKIT_API_KEY}
      - {key: {{ ternary "nextApiSecret" "apiSecret" $next }}, path: LIVEKIT_API_SECRET}
{{- end }}

{{- define "voice-agent.modelSecretSources" -}}
{{- range $variable, $source := .Values.agent.secrets }}
- secret:
    name: {{ $source.existingSecret | default (printf "%s-models" (include "voice-agent.fullname" $)) }}
    items: [{key: {{ $source.key | default $variable }}, path: {{ $variable }}}]
{{- end }}
{{- end }}

{{- /* `web.credentials` as the program takes it, as JSON: the tokens are files. */}}
{{- define "voice-agent.webCredentials" -}}
{{- $list := list -}}
{{- range . }}
{{- $file := printf "/etc/voice-agent/secrets/credential-%s" .name -}}
{{- $list = append $list (merge (dict "tokenFile" $file) (pick . "name" "may" "rooms" "prompts")) -}}
{{- end }}
{{- toJson $list -}}
{{- end }}

{{- /* Probes of our program, with what the component's values say of them. */}}
{{- define "voice-agent.programProbes" -}}
{{- $health := dict "path" "/healthz" "port" "ops" -}}
{{ include "voice-agent.probe" (list "startup" (dict "httpGet" $health "periodSeconds" 2 "failureThreshold" 60) .) }}
{{ include "voice-agent.probe" (list "liveness" (dict "httpGet" $health "periodSeconds" 10 "timeoutSeconds" 5 "failureThreshold" 6) .) }}
{{ include "voice-agent.probe" (list "readiness" (dict "httpGet" (dict "path" "/readyz" "port" "ops") "periodSeconds" 5 "timeoutSeconds" 5) .) }}
{{- end }}
