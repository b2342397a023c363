import SpoolJob

/// As much of JSON Schema as the schema of jobs uses.
struct SchemaValidator {
    let root: JSONValue

    func accepts(_ value: JSONValue) -> Bool { accepts(value, by: root) }

    private func accepts(_ value: JSONValue, by schema: JSONValue) -> Bool {
        for member in schema.object?.members ?? [] where !holds(member.key, member.value, of: schema, for: value) {
            return false
        }
        return true
    }

    private func holds(_ key: String, _ rule: JSONValue, of schema: JSONValue, for value: JSONValue) -> Bool {
        switch key {
        case "$ref":
            // #/$defs/NAME
            let name = rule.string?.split(separator: "/").last.map(String.init) ?? ""
            return root["$defs"]?[name].map { accepts(value, by: $0) } ?? false
        case "type": return rule.string.map { isOfType($0, value) } ?? false
        case "enum": return rule.array?.contains(value) == true
        case "oneOf": return rule.array?.count { accepts(value, by: $0) } == 1
        case "required": return value.object == nil || rule.array?.allSatisfy { value[$0.string ?? ""] != nil } == true
        case "properties":
            return rule.object?.members.allSatisfy { property in
                value[property.key].map { accepts($0, by: property.value) } ?? true
            } == true
        case "additionalProperties":
            let known = schema["properties"]?.object?.members.map(\.key) ?? []
            return value.object?.members.allSatisfy { known.contains($0.key) } ?? true
        case "items": return value.array?.allSatisfy { accepts($0, by: rule) } ?? true
        case "minItems": return (value.array?.count).map { $0 >= rule.int ?? 0 } ?? true
        case "maxItems": return (value.array?.count).map { $0 <= rule.int ?? 0 } ?? true
        case "minLength": return (value.string?.unicodeScalars.count).map { $0 >= rule.int ?? 0 } ?? true
        case "maxLength": return (value.string?.unicodeScalars.count).map { $0 <= rule.int ?? 0 } ?? true
        case "minimum": return value.double.map { $0 >= rule.double ?? 0 } ?? true
        case "maximum": return value.double.map { $0 <= rule.double ?? 0 } ?? true
        case "multipleOf": return value.int.map { $0 % (rule.int ?? 1) == 0 } ?? true
        case "exclusiveMinimum": return value.double.map { $0 > rule.double ?? 0 } ?? true
        case "pattern":
            // As in ECMAScript, a pattern without anchors matches anywhere. One that cannot be read accepts nothing.
            guard let text = value.string else { return true }
            guard let pattern = try? Regex(rule.string ?? "").matchingSemantics(.unicodeScalar) else { return false }
            return text.contains(pattern)
        case "const": return value == rule
        case "allOf": return rule.array?.allSatisfy { accepts(value, by: $0) } == true
        case "anyOf": return rule.array?.contains { accepts(value, by: $0) } == true
        case "not": return !accepts(value, by: rule)
        case "if": return !accepts(value, by: rule) || schema["then"].map { accepts(value, by: $0) } ?? true
        case "then": return schema["if"] != nil
        case "$schema", "$id", "$defs", "$comment", "title", "description", "default", "format": return true
        default: return false
        }
    }

    private func isOfType(_ type: String, _ value: JSONValue) -> Bool {
        switch type {
        case "object": value.object != nil
        case "array": value.array != nil
        case "string": value.string != nil
        case "boolean": value.bool != nil
        case "number": value.double != nil
        case "integer": value.int != nil
        default: false
        }
    }
}
