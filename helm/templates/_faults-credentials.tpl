{{- /* Exactly one source for each secret, and none that is too short; as a JSON list of sentences. */}}
{{- define "voice-agent.faults.credentials" -}}
{{- $faults := list -}}
{{- $livekit := .Values.livekit -}}
{{- $keys := $livekit.keys -}}
{{- $auth := .Values.turn.auth -}}
{{- $token := .Values.web.token -}}
{{- $password := .Values.redis.password -}}

{{- $inlineKeys := compact (list $keys.apiKey $keys.apiSecret $keys.nextApiKey $keys.nextApiSecret) -}}
{{- if and $keys.existingSecret $inlineKeys }}
{{- $faults = append $faults "livekit.keys has two sources: keep existingSecret or the pairs, not both." }}
{{- end }}
{{- if ne (empty $keys.apiKey) (empty $keys.apiSecret) }}
{{- $faults = append $faults "livekit.keys has half a pair: give apiKey and apiSecret together, or neither to have them generated." }}
{{- end }}
{{- if ne (empty $keys.nextApiKey) (empty $keys.nextApiSecret) }}
{{- $faults = append $faults "livekit.keys has half a next pair: give nextApiKey and nextApiSecret together." }}
{{- end }}
{{- if and $keys.apiKey (ne $keys.rotation "none") (not $keys.nextApiKey) }}
{{- $faults = append $faults (printf "livekit.keys.rotation is %q and the pair is given: give nextApiKey and nextApiSecret too." $keys.rotation) }}
{{- end }}
{{- if and (not $livekit.enabled) (not $keys.existingSecret) (not $keys.apiKey) }}
{{- $faults = append $faults "livekit.enabled is false: give that server's API keys in livekit.keys.existingSecret, or as apiKey and apiSecret." }}
{{- end }}
{{- range $name := list "apiSecret" "nextApiSecret" }}
{{- with get $keys $name }}{{ if lt (len .) 32 }}
{{- $faults = append $faults (printf "livekit.keys.%s has %d characters: give at least 32, such as from `openssl rand -hex 24`." $name (len .)) }}
{{- end }}{{ end }}
{{- end }}

{{- if and $auth.existingSecret (or $auth.secret $auth.username $auth.password) }}
{{- $faults = append $faults "turn.auth has two sources: keep existingSecret or the values beside it, not both." }}
{{- end }}
{{- if and (eq $auth.type "ephemeral") (or $auth.username $auth.password) }}
{{- $faults = append $faults "turn.auth.type is \"ephemeral\" and makes user names itself: remove username and password, or set type to \"static\"." }}
{{- end }}
{{- if and (eq $auth.type "static") $auth.secret }}
{{- $faults = append $faults "turn.auth.type is \"static\": give username and password in place of secret, or set type to \"ephemeral\"." }}
{{- end }}
{{- with $auth.secret }}{{ if lt (len .) 32 }}
{{- $faults = append $faults (printf "turn.auth.secret has %d characters: give at least 32, such as from `openssl rand -hex 24`." (len .)) }}
{{- end }}{{ end }}
{{- with $auth.password }}{{ if lt (len .) 16 }}
{{- $faults = append $faults (printf "turn.auth.password has %d characters: give at least 16, such as from `openssl rand -hex 12`." (len .)) }}
{{- end }}{{ end }}

{{- if and $token.value $token.existingSecret }}
{{- $faults = append $faults "web.token has two sources: keep value or existingSecret, not both." }}
{{- end }}
{{- /* The program refuses a shorter one. */}}
{{- with $token.value }}{{ if lt (len .) 24 }}
{{- $faults = append $faults (printf "web.token.value has %d characters: give at least 24, such as from `openssl rand -hex 24`." (len .)) }}
{{- end }}{{ end }}
{{- if and $password.value $password.existingSecret }}
{{- $faults = append $faults "redis.password has two sources: keep value or existingSecret, not both." }}
{{- end }}
{{- range $variable, $source := .Values.agent.secrets }}
{{- if eq (empty $source.value) (empty $source.existingSecret) }}
{{- $faults = append $faults (printf "agent.secrets.%s needs exactly one source: value, or existingSecret (with key)." $variable) }}
{{- end }}
{{- end }}
{{- toJson $faults -}}
{{- end }}
