package stats

// showSchema describes the JSON formats as JSON Schema, made from the same tables as the formats.
func showSchema(c *call) error {
	c.out = appendMarshalled(c.out, jsonSchema())
	return nil
}

type object = map[string]any

func jsonSchema() object {
	cell := object{"field": ref("field"), "processNum": object{"type": "integer", "minimum": 1}, "tags": ref("tags"), "value": ref("typedValue"), "desc": object{"type": "string"}}
	need := []string{"field", "processNum", "tags", "value"}
	row := object{"objType": object{"enum": rowWord[:]}, "proxyId": natural(), "id": natural()}
	for k, v := range cell {
		row[k] = v
	}
	return object{
		"$schema": "http://json-schema.org/draft-04/schema#",
		"oneOf": []object{
			{"title": "Info", "type": "array", "items": object{"type": "object", "properties": cell, "required": need}},
			{"title": "Stat", "type": "array", "items": object{"type": "array", "items": object{"type": "object", "properties": row, "required": append([]string{"objType", "proxyId", "id"}, need...)}}},
		},
		"definitions": object{
			"field":      object{"type": "object", "properties": object{"pos": natural(), "name": object{"type": "string"}}, "required": []string{"pos", "name"}},
			"tags":       object{"type": "object", "properties": object{"origin": words(originWords), "nature": words(natureWords), "scope": words(scopeWords)}, "required": []string{"origin", "nature", "scope"}},
			"typedValue": object{"type": "object", "properties": object{"type": object{"enum": []string{"s32", "u32", "u64", "str"}}, "value": object{"type": []string{"integer", "string"}}}, "required": []string{"type", "value"}},
		},
	}
}

func ref(name string) object { return object{"$ref": "#/definitions/" + name} }

func natural() object { return object{"type": "integer", "minimum": 0} }

func words(of map[byte]string) object {
	var all []string
	for c := range 128 {
		if w, ok := of[byte(c)]; ok {
			all = append(all, w)
		}
	}
	return object{"type": "string", "enum": all}
}
