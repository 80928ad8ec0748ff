{{- /* Addresses as other parts, and people, use them. */}}

{{- /* TURN URIs as clients get them, with commas between. */}}
{{- define "voice-agent.turnUrls" -}}
{{- $urls := list -}}
{{- range include "voice-agent.turnServers" . | fromJsonArray }}
{{- $tls := eq .protocol "tls" }}
{{- $urls = append $urls (printf "%s:%s:%v?transport=%s" (ternary "turns" "turn" $tls) .host .port (ternary "tcp" .protocol $tls)) }}
{{- end }}
{{- join "," $urls -}}
{{- end }}

{{- define "voice-agent.readyUrls" -}}
{{- $urls := list -}}
{{- range $component := list "agent" "web" }}
{{- if (get $.Values $component).enabled }}
{{- $urls = append $urls (printf "http://%s-%s.%s.svc:8081/readyz" (include "voice-agent.fullname" $) $component $.Release.Namespace) }}
{{- end }}
{{- end }}
{{- join "," $urls -}}
{{- end }}
