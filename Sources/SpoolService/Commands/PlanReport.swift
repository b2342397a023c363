import SpoolCore
import SpoolSystem
import SpoolWire

/// A plan as people or programs read it.
struct PlanReport {
    var job: Job
    var plan: PlanDescription

    var text: String {
        let (source, decode) = (plan.source, plan.decode)
        let pages = source.pages > 1 ? ", \(source.pages) pages" : ""
        let turn = source.orientation > 1 ? ", EXIF orientation \(source.orientation)" : ""
        let shrink = decode.shrink == 1 ? "" : " at 1/\(Self.short(decode.shrink))"
        var rows = [
            (
                "source",
                "\(job.input.path.shown): \(source.format.shown), \(source.width)×\(source.height), "
                    + "\(ByteSize(source.bytes))\(pages)\(turn)"
            ),
            ("lane", plan.lane.rawValue + (plan.reason.map { ": \($0.shown)" } ?? "")),
            (
                "decode",
                "\(decode.loader.shown)\(shrink): \(decode.width)×\(decode.height), "
                    + "\(Self.short(Double(decode.width) * Double(decode.height) / 1e6)) megapixels"
            ),
        ]
        for (number, resize) in plan.resizes.enumerated() {
            let origin = resize.origin.map { "resize \($0)" } ?? "the source"
            let uses = resize.uses > 1 ? ", used \(resize.uses) times" : ""
            rows.append(("resize \(number)", "\(resize.width)×\(resize.height) of \(origin)\(uses)"))
        }
        for (rendition, output) in zip(job.renditions, plan.renditions) {
            rows.append(("", ""))
            rows.append(("rendition", "\(rendition.path.shown): \(output.width)×\(output.height)"))
            rows.append(("", output.resize.map { "resize \($0)" } ?? "the source at its own size"))
            rows += output.steps.map { ("", $0.shown) }
            rows.append(("", "encode \(output.encoder.shown)"))
        }
        rows.append(("", ""))
        rows.append(("memory", "about \(ByteSize(plan.memory)) of pictures"))
        return rows.map { name, words in
            name.isEmpty && words.isEmpty
                ? "" : name + String(repeating: " ", count: max(1, 12 - name.count)) + words
        }.joined(separator: "\n")
    }

    /// At most one decimal.
    private static func short(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e9 else { return "?" }
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }

    var json: JSONValue {
        let (source, decode) = (plan.source, plan.decode)
        return [
            "source": [
                "path": .string(job.input.path), "format": .string(source.format), "width": .number(source.width),
                "height": .number(source.height), "orientation": .number(source.orientation),
                "pages": .number(source.pages), "bytes": .number(source.bytes),
            ],
            "lane": .string(plan.lane.rawValue), "reason": plan.reason.map { .string($0) } ?? .null,
            "decode": [
                "loader": .string(decode.loader), "shrink": .number(decode.shrink, digits: 3),
                "width": .number(decode.width), "height": .number(decode.height),
                "pixels": .number(decode.width.multipliedReportingOverflow(by: decode.height).partialValue),
            ],
            "resizes": .array(
                plan.resizes.map { resize in
                    [
                        "width": .number(resize.width), "height": .number(resize.height),
                        "origin": resize.origin.map { .number($0) } ?? .null, "uses": .number(resize.uses),
                    ]
                }),
            "renditions": .array(
                zip(job.renditions, plan.renditions).map { rendition, output in
                    [
                        "path": .string(rendition.path), "format": .string(output.format),
                        "width": .number(output.width), "height": .number(output.height),
                        "resize": output.resize.map { .number($0) } ?? .null,
                        "steps": .array(output.steps.map { .string($0) }), "encoder": .string(output.encoder),
                    ]
                }),
            "memoryBytes": .number(plan.memory),
        ]
    }
}
