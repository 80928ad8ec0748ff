// Prints every key of livekit-server's configuration, as JSON: name, kind, and what is inside.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/livekit/livekit-server/pkg/config"
	"gopkg.in/yaml.v3"
)

var custom = reflect.TypeOf((*yaml.Unmarshaler)(nil)).Elem()

func describe(t reflect.Type, depth int) any {
	if t.Kind() != reflect.Ptr && reflect.PointerTo(t).Implements(custom) {
		return "text"
	}
	if t == reflect.TypeOf(time.Duration(0)) {
		return "duration"
	}
	switch t.Kind() {
	case reflect.Ptr:
		return describe(t.Elem(), depth)
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return t.Kind().String()
	case reflect.Slice, reflect.Array:
		return []any{describe(t.Elem(), depth+1)}
	case reflect.Map:
		return map[string]any{"*": describe(t.Elem(), depth+1)}
	case reflect.Struct:
		if depth > 12 {
			return map[string]any{"*": "any"}
		}
		keys := map[string]any{}
		fields(t, keys, depth)
		return keys
	}
	return "any"
}

func fields(t reflect.Type, keys map[string]any, depth int) {
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		tag := strings.Split(f.Tag.Get("yaml"), ",")
		if tag[0] == "-" {
			continue
		}
		if len(tag) > 1 && tag[1] == "inline" {
			fields(f.Type, keys, depth)
			continue
		}
		name := tag[0]
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		keys[name] = describe(f.Type, depth+1)
	}
}

func main() {
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	keys := describe(reflect.TypeOf(config.Config{}), 0)
	if err := out.Encode(map[string]any{"version": os.Args[1], "keys": keys}); err != nil {
		panic(err)
	}
}
