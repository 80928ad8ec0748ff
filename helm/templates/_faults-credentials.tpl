{{- /*
What makes a secret useless, as a sentence, or nothing: (list place key text least-length kind). White space around it is no
part of it: LiveKit and the program leave it out. Kinds: `stunner` takes it for a part of the secret; `coturn` reads its
secrets from lines of `user=name:password`; `text` may hold spaces and any letters; all others are ASCII.
*/}}
{{- define "voice-agent.secretFault" -}}
{{- $place := index . 0 -}}
{{- $key := index . 1 -}}
{{- $text := index . 2 | default "" -}}
{{- $least := int (index . 3) -}}
{{- $kind := index . 4 -}}
{{- $trimmed := trim $text -}}
{{- if lt (len $trimmed) $least -}}
{{ $place }} has {{ len $trimmed }} characters{{ $key }}: give at least {{ $least }}{{ if gt $least 1 }}, such as from `openssl rand -hex 24`{{ end }}.
{{- else if and (eq $kind "stunner") (ne $text $trimmed) -}}
{{ $place }} begins or ends with white space{{ $key }}, which STUNner would take for a part of it, and LiveKit would not: make it without, such as with `printf %s` in place of `echo`.
{{- else if and (eq $kind "coturn") (regexMatch "[\":\\\\]" $trimmed) -}}
{{ $place }} has a quote, colon or backslash{{ $key }}, which coturn cannot read: give one without, such as from `openssl rand -hex 24`.
{{- else if regexMatch (ternary "[\\x00-\\x1f\\x7f]" "[^\\x21-\\x7e]" (eq $kind "text")) $trimmed -}}
{{ $place }} has a {{ ternary "line break or another control character" "space, a line break or a letter beyond ASCII" (eq $kind "text") }} in the middle{{ $key }}: give one without, such as from `openssl rand -hex 24`.
{{- end -}}
{{- end }}

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
{{- if and $auth.existingSecret (or $auth.secret $auth.username $auth.password) }}
{{- $faults = append $faults "turn.auth has two sources: keep existingSecret or the values beside it, not both." }}
{{- end }}
{{- if and (eq $auth.type "ephemeral") (or $auth.username $auth.password) }}
{{- $faults = append $faults "turn.auth.type is \"ephemeral\" and makes user names itself: remove username and password, or set type to \"static\"." }}
{{- end }}
{{- if and (eq $auth.type "static") $auth.secret }}
{{- $faults = append $faults "turn.auth.type is \"static\": give username and password in place of secret, or set type to \"ephemeral\"." }}
{{- end }}
{{- if and $token.value $token.existingSecret }}
{{- $faults = append $faults "web.token has two sources: keep value or existingSecret, not both." }}
{{- end }}
{{- /* The program refuses a shorter one. */}}
{{- if and $password.value $password.existingSecret }}
{{- $faults = append $faults "redis.password has two sources: keep value or existingSecret, not both." }}
{{- end }}
{{- $inline := list
  (list "livekit.keys.apiKey" $keys.apiKey 1 "")
  (list "livekit.keys.apiSecret" $keys.apiSecret 32 "")
  (list "livekit.keys.nextApiKey" $keys.nextApiKey 1 "")
  (list "livekit.keys.nextApiSecret" $keys.nextApiSecret 32 "")
  (list "turn.auth.secret" $auth.secret 32 .Values.turn.provider)
  (list "turn.auth.username" $auth.username 1 .Values.turn.provider)
  (list "turn.auth.password" $auth.password 16 .Values.turn.provider)
  (list "web.token.value" $token.value 24 "")
  (list "redis.password.value" $password.value 1 "text")
-}}
{{- range $variable, $source := .Values.agent.secrets }}
{{- $inline = append $inline (list (printf "agent.secrets.%s.value" $variable) $source.value 1 "text") }}
{{- end }}
{{- range $inline }}{{ if index . 1 }}
{{- with include "voice-agent.secretFault" (list (index . 0) "" (index . 1) (index . 2) (index . 3)) }}
{{- $faults = append $faults . }}
{{- end }}
{{- end }}{{ end }}
{{- range $variable, $source := .Values.agent.secrets }}
{{- if eq (empty $source.value) (empty $source.existingSecret) }}
{{- $faults = append $faults (printf "agent.secrets.%s needs exactly one source: value, or existingSecret (with key)." $variable) }}
{{- end }}
{{- end }}
{{- toJson $faults -}}
{{- end }}
