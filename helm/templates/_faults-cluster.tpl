{{- /*
Faults that only the cluster shows, as a JSON list of sentences. Without a cluster (`helm template`, `helm lint`) Helm
knows API versions but no kinds, and nothing of this is asked.
*/}}
{{- define "voice-agent.faults.cluster" -}}
{{- $faults := include "voice-agent.faults.stored" . | fromJsonArray -}}
{{- if .Capabilities.APIVersions.Has "v1/Secret" }}
{{- $faults = concat $faults (include "voice-agent.faults.crds" . | fromJsonArray) (include "voice-agent.faults.models" . | fromJsonArray) }}
{{- end }}
{{- toJson $faults -}}
{{- end }}

{{- define "voice-agent.faults.crds" -}}
{{- $faults := list -}}
{{- $needed := list -}}
{{- if eq .Values.turn.provider "stunner" }}
{{- $kinds := list "stunner.l7mp.io/v1/UDPRoute" "stunner.l7mp.io/v1/GatewayConfig" "stunner.l7mp.io/v1/Dataplane" "gateway.networking.k8s.io/v1/Gateway" }}
{{- $fix := "install the STUNner gateway operator (helm repo add stunner https://l7mp.io/stunner; helm install stunner stunner/stunner -n stunner-system --create-namespace), or choose another turn.provider" }}
{{- $needed = append $needed (dict "kinds" $kinds "fix" $fix) }}
{{- end }}
{{- if .Values.route.enabled }}
{{- $needed = append $needed (dict "kinds" (list "gateway.networking.k8s.io/v1/HTTPRoute") "fix" "install the Gateway API (it comes with Envoy Gateway), or set route.enabled=false") }}
{{- end }}
{{- if .Values.monitoring.enabled }}
{{- $kinds := list "monitoring.coreos.com/v1/PodMonitor" "monitoring.coreos.com/v1/ServiceMonitor" "monitoring.coreos.com/v1/PrometheusRule" }}
{{- $needed = append $needed (dict "kinds" $kinds "fix" "install the Prometheus operator, or set monitoring.enabled=false") }}
{{- end }}
{{- if .Values.agent.keda.enabled }}
{{- $needed = append $needed (dict "kinds" (list "keda.sh/v1alpha1/ScaledObject") "fix" "install KEDA, or set agent.keda.enabled=false") }}
{{- end }}
{{- range $needed }}
{{- $missing := list }}
{{- range .kinds }}
{{- if not ($.Capabilities.APIVersions.Has .) }}{{ $missing = append $missing . }}{{ end }}
{{- end }}
{{- if $missing }}
{{- $faults = append $faults (printf "The cluster has no %s: %s." (join ", " $missing) .fix) }}
{{- end }}
{{- end }}
{{- toJson $faults -}}
{{- end }}

{{- /* The program would end with these, once for each pod. */}}
{{- define "voice-agent.faults.models" -}}
{{- $faults := list -}}
{{- $config := .Values.agent.config -}}
{{- if or .Values.agent.enabled .Values.web.enabled }}
{{- $missing := list }}
{{- range $stage := list "stt" "llm" "tts" }}
{{- $own := get $config $stage | default dict }}
{{- if and (eq ($own.provider | default "openai") "openai") (not (or $own.baseUrl ($config.openai | default dict).baseUrl)) }}
{{- $missing = append $missing $stage }}
{{- end }}
{{- end }}
{{- if $missing }}
{{- $faults = append $faults (printf "agent.config names no endpoint for %s: set agent.config.openai.baseUrl, such as http://gpu-host:8000/v1, or the baseUrl of each." (join ", " $missing)) }}
{{- end }}
{{- end }}
{{- toJson $faults -}}
{{- end }}

{{- /*
Existing Secrets, as far as they exist already: wanted are (Secret, value that names it, key, least length, kind).
*/}}
{{- define "voice-agent.faults.stored" -}}
{{- $faults := list -}}
{{- $keys := .Values.livekit.keys -}}
{{- $auth := .Values.turn.auth -}}
{{- $wanted := list -}}
{{- with $keys.existingSecret }}
{{- range $key, $length := ternary (dict "apiKey" 1 "apiSecret" 32) (dict "apiKey" 1 "apiSecret" 32 "nextApiKey" 1 "nextApiSecret" 32) (eq $keys.rotation "none") }}
{{- $wanted = append $wanted (list $keys.existingSecret "livekit.keys.existingSecret" $key $length "") }}
{{- end }}
{{- end }}
{{- if ne .Values.turn.provider "none" }}{{ with $auth.existingSecret }}
{{- range $key, $length := ternary (dict "secret" 32) (dict "username" 1 "password" 16) (eq $auth.type "ephemeral") }}
{{- $wanted = append $wanted (list $auth.existingSecret "turn.auth.existingSecret" $key $length $.Values.turn.provider) }}
{{- end }}
{{- end }}{{ end }}
{{- with .Values.web.token }}{{ if .existingSecret }}
{{- $wanted = append $wanted (list .existingSecret "web.token.existingSecret" .key 24 "") }}
{{- end }}{{ end }}
{{- range .Values.web.credentials }}
{{- $wanted = append $wanted (list .existingSecret (printf "web.credentials: %s" .name) (.key | default "token") 24 "") }}
{{- end }}
{{- with .Values.redis.password }}{{ if .existingSecret }}
{{- $wanted = append $wanted (list .existingSecret "redis.password.existingSecret" .key 1 "text") }}
{{- end }}{{ end }}
{{- range $variable, $source := .Values.agent.secrets }}{{ with $source.existingSecret }}
{{- $wanted = append $wanted (list . (printf "agent.secrets.%s.existingSecret" $variable) ($source.key | default $variable) 1 "text") }}
{{- end }}{{ end }}
{{- range $wanted }}
{{- $stored := include "voice-agent.storedSecret" (list $ (index . 0)) | fromJson }}
{{- if $stored }}
{{- $place := printf "Secret %s (%s)" (index . 0) (index . 1) }}
{{- $key := printf " in its key %s" (index . 2) }}
{{- with include "voice-agent.secretFault" (list $place $key (get $stored (index . 2)) (index . 3) (index . 4)) }}
{{- $faults = append $faults . }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $faults -}}
{{- end }}
